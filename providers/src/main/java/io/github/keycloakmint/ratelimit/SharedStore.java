package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The numbers that all nodes share, and what happens while they can't be had: nobody waits for them until they are found again
 * ({@link JoinStore}), and each endpoint goes on as it was declared to: counted on this node alone, or refusing. One failure says
 * nothing yet, and its call is judged alone; two without an answer between them do.
 */
final class SharedStore {

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    /** After which a lost store is looked for again. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    /** For how long a store that gives no answer may be one that only stands still: a full collection, a new view. */
    private static final Duration STALL = Duration.ofSeconds(5);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int FAILURES = 2;

    interface Asking {
        Buckets.Taken ask(Turn turn) throws SharedNumbers.Away, Turn.TooLate;
    }

    private final Set<String> closed;
    private final Duration patience;
    private final LongSupplier ticker;
    private final AtomicBoolean down = new AtomicBoolean();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean away = new AtomicBoolean();
    private volatile Optional<SharedNumbers> joined = Optional.empty();
    private volatile long lostSince;

    /**
     * @param closed endpoints that refuse meanwhile
     * @param patience how long a call waits at most, for others of this node and for all that it asks
     */
    SharedStore(Set<String> closed, Duration patience, LongSupplier ticker) {
        this.closed = closed;
        this.patience = patience;
        this.ticker = ticker;
        this.lostSince = ticker.getAsLong();
    }

    boolean joined() {
        return joined.filter(numbers -> !numbers.ended()).isPresent();
    }

    void join(SharedNumbers numbers) {
        joined = Optional.of(numbers);
        found();
    }

    void notJoined(Throwable why) {
        lost(why);
    }

    /** What was joined and gives no answer; empty while it does. */
    Optional<SharedNumbers> missing() {
        return away.get() ? joined : Optional.empty();
    }

    void found() {
        failures.set(0);
        away.set(false);
        if (down.compareAndSet(true, false)) {
            LOG.info("Limits are shared with other nodes again");
        }
    }

    /** For how long a call may wait. */
    Turn.Patience patience() {
        return Turn.Patience.from(ticker, patience);
    }

    /** True where it was lost: nobody has to wait to find that out again. */
    boolean away() {
        return joined.isEmpty() || away.get();
    }

    /** Empty: whoever asks has to judge by what this node knows. */
    Optional<Buckets.Taken> ask(Turn.Patience left, Asking asking) {
        return (away() ? Optional.<SharedNumbers>empty() : joined)
                .flatMap(numbers -> asked(new Turn(numbers, left), asking));
    }

    private Optional<Buckets.Taken> asked(Turn turn, Asking asking) {
        try {
            return Optional.of(asking.ask(turn));
        } catch (Turn.TooLate e) {
            return Optional.empty();
        } catch (SharedNumbers.Away | RuntimeException e) {
            failed(e);
            return Optional.empty();
        } finally {
            if (turn.answered()) {
                failures.set(0);
            }
        }
    }

    private void failed(Exception why) {
        if (failures.incrementAndGet() >= FAILURES && away.compareAndSet(false, true)) {
            lostSince = ticker.getAsLong();
            lost(why);
        } else {
            LOG.debug("No shared count", why);
        }
    }

    private void lost(Throwable why) {
        if (down.compareAndSet(false, true)) {
            LOG.errorf(
                    why,
                    "Limits are not shared with other nodes now; %s refuse, all others are counted on this node alone",
                    closed.isEmpty() ? "no endpoints" : closed);
        }
    }

    /** What an endpoint does without it. */
    Buckets.Taken without(String capability, Function<Drawn.Apart, Buckets.Taken> apart) {
        boolean refuses = closed.contains(capability);
        Metrics.counter(
                        "keycloak_mint_limits_unshared_total",
                        "capability",
                        capability,
                        "mode",
                        refuses ? "closed" : "open")
                .increment();
        return refuses ? Buckets.Taken.unknown(again()) : apart.apply(new Drawn.Apart(nodes(), stalled(), again()));
    }

    private int nodes() {
        return joined.map(SharedNumbers::nodes).orElse(1);
    }

    private boolean stalled() {
        return !away() || ticker.getAsLong() - lostSince < STALL.toNanos();
    }

    /** When it may be there again. */
    private Duration again() {
        return away() ? PAUSE : SOON;
    }
}
