package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.time.Duration;
import java.util.Map;

/** {@code RateLimit} and {@code RateLimit-Policy} of draft-ietf-httpapi-ratelimit-headers: which limit, and what is left of it. */
final class LimitHeaders {

    private LimitHeaders() {}

    static Map<String, String> of(Rule rule, Buckets.Rate rate, Buckets.Taken taken) {
        String name = '"' + rule.kind().word() + '"';
        return Map.of(
                "RateLimit-Policy", name + ";q=" + rate.calls() + ";w=" + rate.seconds(),
                "RateLimit", name + ";r=" + Math.max(0, taken.remaining()) + ";t=" + seconds(taken.retryAfter()));
    }

    /** As Retry-After has them. */
    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }
}
