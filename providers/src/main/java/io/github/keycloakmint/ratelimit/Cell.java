package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.concurrent.TimeUnit;

/**
 * The generic cell rate algorithm (ITU-T I.371 annex A): a bucket is the time at which it is full again. All in nanoseconds.
 *
 * @param interval in which one call comes back
 * @param window in which all do
 */
record Cell(long interval, long window) {

    static Cell of(Buckets.Rate rate) {
        long window = TimeUnit.SECONDS.toNanos(rate.seconds());
        return new Cell(window / rate.calls(), window);
    }

    /** Calls that are left of a bucket that is full again at {@code from}. */
    long free(long from, long now) {
        return (window - (from - now)) / interval;
    }

    /** When it is full again after as many of {@code calls} as are left. */
    long after(long from, long now, long calls) {
        return from + Math.max(0, Math.min(calls, free(from, now))) * interval;
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
