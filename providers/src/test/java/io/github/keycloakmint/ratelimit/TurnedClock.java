package io.github.keycloakmint.ratelimit;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is turned. */
final class TurnedClock implements TimeMeter {

    /** Not zero: what counts from the epoch must not be confused with what is not there. */
    private final AtomicLong nanos = new AtomicLong(1_800_000_000_000_000_000L);

    void turn(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long currentTimeNanos() {
        return nanos.get();
    }

    @Override
    public boolean isWallClockBased() {
        return false;
    }
}
