package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The numbers that all nodes share, and what happens while they can't be had: one call in each pause finds out whether they can
 * again, nobody else waits, and each endpoint goes on as it was declared to: counted on this node alone, or refusing. One failure
 * says nothing yet, and its call is judged alone; two without an answer between them do.
 */
final class SharedStore {

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    /** After which a lost store is asked again. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    /** For how long a store that gives no answer may be one that only stands still: a full collection, a new view. */
    private static final Duration STALL = Duration.ofSeconds(5);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int FAILURES = 2;
    private static final long FOUND = Long.MIN_VALUE;

    interface Asking {
        Buckets.Taken ask(Turn turn) throws SharedNumbers.Away, Turn.TooLate;
    }

    private final Set<String> closed;
    private final Duration patience;
    private final LongSupplier ticker;
    private final AtomicBoolean down = new AtomicBoolean();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong awayUntil = new AtomicLong(FOUND);
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
        failures.set(0);
        awayUntil.set(FOUND);
        back();
    }

    void notJoined(Exception why) {
        lost(why);
    }

    Turn.Patience patience() {
        return Turn.Patience.from(ticker, patience);
    }

    /** True where it was lost just now: nobody has to wait to find that out again. */
    boolean away() {
        long until = awayUntil.get();
        return joined.isEmpty() || (until != FOUND && ticker.getAsLong() - until < 0);
    }

    /** Empty: whoever asks has to judge by what this node knows. */
    Optional<Buckets.Taken> ask(Turn.Patience left, Asking asking) {
        return turn(left).flatMap(turn -> asked(turn, asking));
    }

    /** While it is lost, one in each pause; all others while it isn't. */
    private Optional<Turn> turn(Turn.Patience left) {
        long until = awayUntil.get();
        if (until == FOUND) {
            return joined.map(numbers -> new Turn(numbers, left, FOUND));
        }
        long now = ticker.getAsLong();
        long next = now + PAUSE.toNanos();
        return now - until >= 0 && awayUntil.compareAndSet(until, next)
                ? joined.map(numbers -> new Turn(numbers, left, next))
                : Optional.empty();
    }

    private Optional<Buckets.Taken> asked(Turn turn, Asking asking) {
        try {
            Buckets.Taken taken = asking.ask(turn);
            answered(turn);
            return Optional.of(taken);
        } catch (Turn.TooLate e) {
            if (turn.answered()) {
                answered(turn);
            }
        } catch (SharedNumbers.Away | RuntimeException e) {
            failed(turn, e);
        }
        return Optional.empty();
    }

    private void answered(Turn turn) {
        failures.set(0);
        // an answer that was asked for before it was lost comes late, and doesn't end that
        if (turn.permit() != FOUND && awayUntil.compareAndSet(turn.permit(), FOUND)) {
            back();
        }
    }

    private void failed(Turn turn, Exception why) {
        if (turn.permit() == FOUND
                && failures.incrementAndGet() >= FAILURES
                && awayUntil.compareAndSet(FOUND, ticker.getAsLong() + PAUSE.toNanos())) {
            lostSince = ticker.getAsLong();
            lost(why);
        } else {
            LOG.debug("No shared count", why);
        }
    }

    private void lost(Exception why) {
        if (down.compareAndSet(false, true)) {
            LOG.errorf(
                    why,
                    "Limits are not shared with other nodes now; %s refuse, all others are counted on this node alone",
                    closed.isEmpty() ? "no endpoints" : closed);
        }
    }

    private void back() {
        if (down.compareAndSet(true, false)) {
            LOG.info("Limits are shared with other nodes again");
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
        boolean found = joined.isPresent() && awayUntil.get() == FOUND;
        return found || ticker.getAsLong() - lostSince < STALL.toNanos();
    }

    /** When it is asked again, where it is lost. */
    private Duration again() {
        long until = awayUntil.get();
        long wait = until == FOUND ? 0 : until - ticker.getAsLong();
        return wait > SOON.toNanos() ? Duration.ofNanos(wait) : SOON;
    }
}
