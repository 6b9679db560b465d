package io.github.keycloakmint.kernel.http;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Answers refusals that must not be told apart on a beat: at the next whole multiple of a beat after the call began. Equal work alone can't do it, since what is cached and how much a user belongs to differs from user to user;
 * here the difference shows only where it crosses a beat.
 */
public final class EvenTime {

    /** Several times what a refusal takes on a slow machine. */
    static final Duration BEAT = Duration.ofMillis(10);

    private final LongSupplier clock;
    private final LongConsumer park;

    public EvenTime() {
        this(System::nanoTime, LockSupport::parkNanos);
    }

    EvenTime(LongSupplier clock, LongConsumer park) {
        this.clock = clock;
        this.park = park;
    }

    /** On the beat of {@link Refusal#evenly}. */
    public void await(long startedNanos) {
        await(startedNanos, BEAT);
    }

    void await(long startedNanos, Duration beat) {
        long beats = (clock.getAsLong() - startedNanos) / beat.toNanos() + 1;
        long due = startedNanos + beats * beat.toNanos();
        for (long left = due - clock.getAsLong(); left > 0; left = due - clock.getAsLong()) {
            // parking may end early, and does no harm when it ends a little late: everybody's does
            park.accept(left);
        }
    }
}
