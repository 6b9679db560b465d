package io.github.keycloakmint.ratelimit;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.keycloak.common.util.Time;

/**
 * Two clocks, both in nanoseconds.
 *
 * @param wall since the epoch: for what other nodes read
 * @param ticker for what never leaves this node: from any beginning, and never set back
 */
record Clocks(LongSupplier wall, LongSupplier ticker) {

    static Clocks system() {
        return new Clocks(() -> TimeUnit.MILLISECONDS.toNanos(Time.currentTimeMillis()), System::nanoTime);
    }

    long now() {
        return wall.getAsLong();
    }

    long tick() {
        return ticker.getAsLong();
    }
}
