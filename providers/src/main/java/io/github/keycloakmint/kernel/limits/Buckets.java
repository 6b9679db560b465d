package io.github.keycloakmint.kernel.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Optional;

/**
 * Counts calls on this node: so many in so many seconds, coming back evenly. Bounded; what is thrown out to make room starts
 * anew, so the bound has to be well above what is in use at once.
 */
public final class Buckets {

    private static final Duration IDLE = Duration.ofDays(1);

    /** So many calls in so many seconds. */
    public record Rate(long calls, long seconds) {
        public Rate {
            if (calls < 1 || seconds < 1) {
                throw new IllegalArgumentException("at least one call in at least one second");
            }
        }
    }

    private record Held(Rate rate, Bucket bucket) {}

    private final Cache<String, Held> buckets;

    public Buckets(int most) {
        // a bucket that nobody used for longer than it takes to fill is as a new one; none takes longer than a day
        this.buckets =
                Caffeine.newBuilder().maximumSize(most).expireAfterAccess(IDLE).build();
    }

    /**
     * Takes one call from the bucket {@code key}.
     *
     * @param key begins with the realm's id (T10)
     * @return empty: there was one; else how long until there is
     */
    public Optional<Duration> take(String key, Rate rate) {
        ConsumptionProbe probe = bucket(key, rate).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** Another rate under the same key is another bucket. */
    private Bucket bucket(String key, Rate rate) {
        Held held = buckets.get(key, missing -> made(rate));
        return held.rate().equals(rate)
                ? held.bucket()
                : buckets.asMap()
                        .compute(
                                key,
                                (same, found) -> found != null && found.rate().equals(rate) ? found : made(rate))
                        .bucket();
    }

    private static Held made(Rate rate) {
        return new Held(
                rate,
                Bucket.builder()
                        .addLimit(limit -> limit.capacity(rate.calls())
                                .refillGreedy(rate.calls(), Duration.ofSeconds(rate.seconds())))
                        .build());
    }
}
