package io.github.keycloakmint.kernel.limits;

import io.github.keycloakmint.kernel.http.Refusal;
import java.time.Duration;
import java.util.Map;

/**
 * A limit that a call is over.
 *
 * @param name of the limit, of a closed set; no quote in it
 * @param retryAfter until a call is left
 * @param known false: nobody can say now whether it is reached
 */
public record LimitReached(String name, Buckets.Rate rate, Duration retryAfter, boolean known) {

    private static final long NANOS_BELOW_A_SECOND = 999_999_999;

    /** 429 that says which limit it is and when to come again. */
    public Refusal refusal(String cause) {
        return Refusal.limited(seconds(retryAfter), headers(), known ? cause : "limits_unshared");
    }

    /**
     * {@code RateLimit-Policy} and {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers); none where nobody can say whether it is
     * reached.
     */
    public Map<String, String> headers() {
        if (!known) {
            return Map.of();
        }
        String item = '"' + name + '"';
        return Map.of(
                "RateLimit-Policy", item + ";q=" + rate.calls() + ";w=" + rate.seconds(),
                "RateLimit", item + ";r=0;t=" + seconds(retryAfter));
    }

    /** Whole seconds, rounded up: whoever comes then is not refused again. At least one, as Retry-After has them. */
    private static long seconds(Duration retryAfter) {
        return Math.max(1, retryAfter.plusNanos(NANOS_BELOW_A_SECOND).toSeconds());
    }
}
