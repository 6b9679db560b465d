package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.concurrent.TimeUnit;

/**
 * The generic cell rate algorithm (ITU-T I.371 annex A): a bucket is the time at which it is full again. All in nanoseconds.
 *
 * @param interval in which one call comes back; rounded up, so that never more does than the limit says
 * @param window in which all do
 */
record Cell(long interval, long window) {

    static Cell of(Buckets.Rate rate) {
        long interval = (TimeUnit.SECONDS.toNanos(rate.seconds()) + rate.calls() - 1) / rate.calls();
        return new Cell(interval, interval * rate.calls());
    }

    /**
     * What is taken of a time that came from elsewhere: a bucket is full now at the soonest, and two windows from now at the
     * latest, since nobody owes more ({@link #owing}), whatever the clock of another node says.
     */
    long within(long from, long now) {
        return Math.max(now, Math.min(from, now + 2 * window));
    }

    /** Calls that are left of a bucket that is full again at {@code from}. */
    long free(long from, long now) {
        return Math.max(0, Math.min(window, window - (from - now)) / interval);
    }

    /** When it is full again after as many of {@code calls} as are left. */
    long after(long from, long now, long calls) {
        return from + Math.min(calls, free(from, now)) * interval;
    }

    /** When it is full again after one more call, left or not; it never owes more than a second window. */
    long owing(long from, long now) {
        return Math.min(from + interval, now + 2 * window);
    }

    /** Calls between two such times. */
    long calls(long from, long to) {
        return (to - from) / interval;
    }

    /** Until one call is left. */
    long untilOne(long from, long now) {
        return Math.max(0, from - now - window + interval);
    }
}
