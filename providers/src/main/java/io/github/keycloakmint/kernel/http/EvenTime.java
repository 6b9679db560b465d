package io.github.keycloakmint.kernel.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Answers refusals that must not be told apart on a beat: at the next whole multiple of {@value #BEAT_MILLIS} ms after the
 * call began. Equal work alone can't do it, since what is cached and how much a user belongs to differs from user to user;
 * here the difference shows only where it crosses a beat.
 */
public final class EvenTime {

    /** Several times what a refusal takes on a slow machine. */
    static final long BEAT_MILLIS = 10;

    private static final long BEAT = TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);

    private final LongSupplier clock;
    private final LongConsumer park;

    public EvenTime() {
        this(System::nanoTime, LockSupport::parkNanos);
    }

    EvenTime(LongSupplier clock, LongConsumer park) {
        this.clock = clock;
        this.park = park;
    }

    public void await(long startedNanos) {
        long beats = (clock.getAsLong() - startedNanos) / BEAT + 1;
        long due = startedNanos + beats * BEAT;
        for (long left = due - clock.getAsLong(); left > 0; left = due - clock.getAsLong()) {
            // parking may end early, and does no harm when it ends a little late: everybody's does
            park.accept(left);
        }
    }
}
