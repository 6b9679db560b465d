package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The numbers that all nodes share, and what happens while they can't be had: for a moment nobody asks for them again, and each
 * endpoint goes on as it was declared to: counted on this node alone, or refusing.
 */
final class SharedStore {

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** Gets at the numbers; asked again as long as it fails. */
    interface Join {
        SharedNumbers numbers() throws SharedNumbers.Away;
    }

    private final Join join;
    private final Set<String> closed;
    private final LongSupplier clock;
    private final AtomicBoolean down = new AtomicBoolean();
    private volatile Optional<SharedNumbers> joined = Optional.empty();
    private volatile long awayUntil = Long.MIN_VALUE;

    /**
     * @param closed endpoints that refuse meanwhile
     * @param clock nanoseconds since the epoch
     */
    SharedStore(Join join, Set<String> closed, LongSupplier clock) {
        this.join = join;
        this.closed = closed;
        this.clock = clock;
    }

    Optional<Long> get(String key) throws SharedNumbers.Away {
        return numbers().get(key);
    }

    boolean swap(String key, Optional<Long> from, long to, Duration life) throws SharedNumbers.Away {
        return numbers().swap(key, from, to, life);
    }

    /** At start, so that the first call need not wait for it. */
    void prepare() {
        try {
            numbers();
        } catch (SharedNumbers.Away e) {
            lost(e);
        }
    }

    private SharedNumbers numbers() throws SharedNumbers.Away {
        Optional<SharedNumbers> known = joined;
        return known.isPresent() ? known.get() : joining();
    }

    /** By one at a time; whoever waited for one who failed does not try again at once. */
    private synchronized SharedNumbers joining() throws SharedNumbers.Away {
        if (joined.isEmpty()) {
            if (away()) {
                throw new SharedNumbers.Away("not joined");
            }
            joined = Optional.of(join.numbers());
        }
        return joined.get();
    }

    /** True where it was lost just now: nobody else has to wait to find that out. */
    boolean away() {
        return clock.getAsLong() < awayUntil;
    }

    void lost(SharedNumbers.Away why) {
        awayUntil = clock.getAsLong() + PAUSE.toNanos();
        if (down.compareAndSet(false, true)) {
            LOG.errorf(
                    why,
                    "Limits are not shared with other nodes now; %s refuse, all others are counted on this node alone",
                    closed.isEmpty() ? "no endpoints" : closed);
        }
    }

    void found() {
        if (down.get() && down.compareAndSet(true, false)) {
            LOG.info("Limits are shared with other nodes again");
        }
    }

    /** What an endpoint does without it. */
    Buckets.Taken without(String capability, Supplier<Buckets.Taken> alone) {
        boolean refuses = closed.contains(capability);
        Metrics.counter(
                        "keycloak_mint_limits_unshared_total",
                        "capability",
                        capability,
                        "mode",
                        refuses ? "closed" : "open")
                .increment();
        long wait = Math.max(awayUntil - clock.getAsLong(), TimeUnit.SECONDS.toNanos(1));
        return refuses ? new Buckets.Taken(false, 0, Duration.ofNanos(wait)) : alone.get();
    }
}
