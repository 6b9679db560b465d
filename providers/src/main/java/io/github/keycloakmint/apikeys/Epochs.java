package io.github.keycloakmint.apikeys;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Tells what was read before a change from what was read after it: a reader notes the epoch, then reads; whoever has changed
 * something starts the next one. What is kept under an earlier epoch counts as not kept, so a reader that was overtaken by a
 * change can't bring the past back. A fixed number of counters: names that share one only cost a reading more.
 */
final class Epochs {

    private static final int COUNTERS = 4_096;

    private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);

    long of(String name) {
        return counters.get(at(name));
    }

    void next(String name) {
        counters.incrementAndGet(at(name));
    }

    private static int at(String name) {
        int hash = name.hashCode();
        return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
    }
}
