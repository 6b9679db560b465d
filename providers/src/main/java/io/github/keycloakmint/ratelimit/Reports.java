package io.github.keycloakmint.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.audit.FloodGate;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.micrometer.core.instrument.Metrics;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What admins learn of limits that were reached: a counter by endpoint, kind and outcome, and one line a bucket and window on
 * {@code keycloakmint.limits}. No event is stored: whoever calls too often could fill the table (T11).
 */
final class Reports {

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");
    private static final int MOST = 10_000;

    private final FloodGate gate = new FloodGate();
    private final Cache<String, Long> told;
    private final Ticker ticker;

    Reports(Ticker ticker) {
        this.ticker = ticker;
        this.told = Caffeine.newBuilder().maximumSize(MOST).build();
    }

    /** @param shadow whether it was let through */
    void over(Limiter.Call call, Rule rule, Buckets.Rate rate, String key, boolean shadow) {
        Metrics.counter(
                        "keycloak_mint_limits_total",
                        "capability",
                        rule.capability(),
                        "kind",
                        rule.kind().word(),
                        "outcome",
                        shadow ? "shadowed" : "refused")
                .increment();
        if (first(key + '|' + rate.calls() + '/' + rate.seconds(), rate)) {
            gate.pass(call.realm().getId() + '|' + rule.capability() + '|' + rule.kind())
                    .ifPresent(suppressed -> LOG.infof(
                            "Limit reached%s: %s by %s in realm '%s', %d in %d s, by a call from %s%s",
                            shadow ? " (shadow)" : "",
                            rule.capability(),
                            rule.kind().word(),
                            call.realm().getName(),
                            rate.calls(),
                            rate.seconds(),
                            call.address(),
                            suppressed > 0 ? " (" + suppressed + " more of its kind before)" : ""));
        }
    }

    /** To be run for each bucket that is forgotten with less than half of its calls left. */
    static Runnable forgetting(Limiter.Kind kind, int most) {
        return () -> {
            Metrics.counter("keycloak_mint_limits_forgotten_total", "kind", kind.word())
                    .increment();
            Complaints.warn(
                    LOG,
                    "forgotten|" + kind.word(),
                    "More callers use up limits by " + kind.word() + " than the " + most
                            + " buckets that this node keeps (option buckets): the fullest are forgotten");
        };
    }

    private boolean first(String key, Buckets.Rate rate) {
        long now = ticker.read();
        long until = now + TimeUnit.SECONDS.toNanos(rate.seconds());
        @Nullable Long before = told.asMap().get(key);
        if (before != null && now - before < 0) {
            return false;
        }
        told.put(key, until);
        return true;
    }
}
