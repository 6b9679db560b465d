package io.github.keycloakmint.kernel.limits;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts calls on this node: so many in so many seconds, coming back evenly. Bounded whatever is sent: see {@link
 * Shelves} for whose bucket is forgotten when there are more keys than places.
 */
public final class Buckets {

    /** Rates that share their configuration; whoever may set one is an admin or has a key, so there are few. */
    private static final int MOST_RATES = 10_000;

    /** So many calls in so many seconds. */
    public record Rate(long calls, long seconds) {
        public Rate {
            if (calls < 1 || seconds < 1) {
                throw new IllegalArgumentException("at least one call in at least one second");
            }
        }
    }

    /**
     * What became of a call.
     *
     * @param remaining calls that are left
     * @param retryAfter until there is one; zero where it was taken
     * @param known false: refused since nobody could say what was counted
     */
    public record Taken(boolean accepted, long remaining, Duration retryAfter, boolean known) {

        public Taken(boolean accepted, long remaining, Duration retryAfter) {
            this(accepted, remaining, retryAfter, true);
        }

        public static Taken unknown(Duration retryAfter) {
            return new Taken(false, 0, retryAfter, false);
        }
    }

    /** One bucket and what it was made for. */
    private record Held(Rate rate, LockFreeBucket bucket) implements Shelves.Item {
        @Override
        public double left() {
            // by the time until it is full again: of two that have the same calls left, who gets his next one sooner
            double missing = bucket.estimateAbilityToConsume(rate.calls()).getNanosToWaitForRefill();
            return 1 - missing / TimeUnit.SECONDS.toNanos(rate.seconds());
        }

        @Override
        public Object sort() {
            return rate;
        }
    }

    private final Shelves<Held> shelves;
    private final TimeMeter clock;
    private final Map<Rate, BucketConfiguration> configurations = new ConcurrentHashMap<>();

    /** @param most buckets at once; rounded up to a power of two */
    public Buckets(int most) {
        this(most, TimeMeter.SYSTEM_NANOTIME);
    }

    /** With a clock of the caller's, for tests. */
    public Buckets(int most, TimeMeter clock) {
        this(most, clock, () -> {});
    }

    /**
     * As {@link #Buckets(int, TimeMeter)}.
     *
     * @param forgotten is told of each bucket that is forgotten with less than half left
     */
    public Buckets(int most, TimeMeter clock, Runnable forgotten) {
        this.shelves = new Shelves<>(most, forgotten);
        this.clock = clock;
    }

    /**
     * Takes one call from the bucket {@code key}.
     *
     * @param key begins with the realm's id and a bar (T10)
     * @return empty: there was one; else how long until there is
     */
    public Optional<Duration> take(String key, Rate rate) {
        Taken taken = spend(key, rate);
        return taken.accepted() ? Optional.empty() : Optional.of(taken.retryAfter());
    }

    /** As {@link #take}, and says what is left. */
    public Taken spend(String key, Rate rate) {
        ConsumptionProbe probe = bucket(key, rate).tryConsumeAndReturnRemaining(1);
        return new Taken(
                probe.isConsumed(), probe.getRemainingTokens(), Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** What {@link #spend} would say; takes nothing. */
    public Taken look(String key, Rate rate) {
        EstimationProbe probe = bucket(key, rate).estimateAbilityToConsume(1);
        return new Taken(
                probe.canBeConsumed(), probe.getRemainingTokens(), Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** Takes one whether or not it is there: what is below zero has to come back first. */
    public Taken owe(String key, Rate rate) {
        LockFreeBucket bucket = bucket(key, rate);
        // not without end: whoever sends many at once shall not be locked out for longer than one more window
        if (bucket.getAvailableTokens() > -rate.calls()) {
            bucket.consumeIgnoringRateLimits(1);
        }
        return look(key, rate);
    }

    /** Another rate under the same key is another bucket. */
    private LockFreeBucket bucket(String key, Rate rate) {
        return shelves.get(key, rate, () -> new Held(rate, made(rate))).bucket();
    }

    private LockFreeBucket made(Rate rate) {
        return new LockFreeBucket(configuration(rate), MathType.INTEGER_64_BITS, clock, BucketListener.NOPE);
    }

    private BucketConfiguration configuration(Rate rate) {
        if (configurations.size() >= MOST_RATES) {
            configurations.clear();
        }
        return configurations.computeIfAbsent(rate, missing -> BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(missing.calls())
                        .refillGreedy(missing.calls(), Duration.ofSeconds(missing.seconds())))
                .build());
    }
}
