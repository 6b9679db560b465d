package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** One call's turn to ask for shared numbers: as often as it needs to, until its patience ends. */
final class Turn {

    /** An answer that takes longer than this part of the patience is no answer of a store that is well. */
    private static final int SLOW = 4;

    private static final long SHORTEST_REST = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_REST = TimeUnit.MILLISECONDS.toNanos(10);

    /** Time was up, and that says nothing of the store: others of this node or other nodes were faster. */
    static final class TooLate extends Exception {
        private static final long serialVersionUID = 1L;

        TooLate() {
            // as ordinary as a refusal
            super("too late", null, false, false);
        }
    }

    /** When a call began to wait, and for how long it may. */
    record Patience(LongSupplier ticker, long began, Duration whole) {
        static Patience from(LongSupplier ticker, Duration whole) {
            return new Patience(ticker, ticker.getAsLong(), whole);
        }

        long left() {
            return whole.toNanos() - (ticker.getAsLong() - began);
        }
    }

    private interface Question<T> {
        T ask(Duration patience) throws SharedNumbers.Away;
    }

    private final SharedNumbers numbers;
    private final Patience patience;
    private long slowest;
    private long rest = SHORTEST_REST;
    private boolean answered;

    Turn(SharedNumbers numbers, Patience patience) {
        this.numbers = numbers;
        this.patience = patience;
    }

    /** Whether the others said anything. What is read may lie on this node, and says nothing of them. */
    boolean answered() {
        return answered;
    }

    Optional<Long> get(String key) throws SharedNumbers.Away, TooLate {
        return ask(left -> numbers.get(key, left));
    }

    boolean swap(String key, Optional<Long> from, long to, Duration life) throws SharedNumbers.Away, TooLate {
        boolean changed = ask(left -> numbers.swap(key, from, to, life, left));
        answered = true;
        return changed;
    }

    /** Lets the others be faster for a moment, each time for a longer one and not all for the same. */
    void rest() {
        long most = Math.min(rest, patience.left());
        rest = Math.min(2 * rest, LONGEST_REST);
        if (most > 1) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most / 2, most));
        }
    }

    private <T> T ask(Question<T> question) throws SharedNumbers.Away, TooLate {
        long left = patience.left();
        if (left <= 0) {
            if (slow(slowest)) {
                throw new SharedNumbers.Away("too slow");
            }
            throw new TooLate();
        }
        try {
            T answer = question.ask(Duration.ofNanos(left));
            slowest = Math.max(slowest, left - patience.left());
            return answer;
        } catch (SharedNumbers.Away e) {
            if (slow(left) || slow(slowest)) {
                throw e;
            }
            // it was asked when there was hardly any time left
            throw new TooLate();
        }
    }

    private boolean slow(long nanos) {
        return nanos >= patience.whole().toNanos() / SLOW;
    }
}
