package io.github.keycloakmint.apikeys;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Uses of keys since they were last written, counted in memory: no use waits for a database. What is taken out to be written
 * is in no other hand, so each use is written once.
 */
final class KeyUses {

    private static final Logger LOG = Logger.getLogger(KeyUses.class);

    /** Keys times days that wait; a database that can't be written to for long loses the rest. */
    static final int MOST = 100_000;

    /** @param day since the epoch, UTC */
    record Slot(String keyId, long day) {}

    /** @param last second of the last use */
    record Tally(long uses, long last) {
        Tally plus(Tally other) {
            return new Tally(uses + other.uses, Math.max(last, other.last));
        }
    }

    /** What waits to be written. */
    record Counted(Slot slot, Tally tally) {}

    private final ConcurrentHashMap<Slot, Tally> waiting = new ConcurrentHashMap<>();
    private final AtomicLong lost = new AtomicLong();

    void count(String keyId, long now) {
        add(new Counted(new Slot(keyId, Math.floorDiv(now, 86_400L)), new Tally(1, now)));
    }

    private void add(Counted counted) {
        if (waiting.size() >= MOST && !waiting.containsKey(counted.slot())) {
            lost.addAndGet(counted.tally().uses());
            return;
        }
        waiting.merge(counted.slot(), counted.tally(), Tally::plus);
    }

    /** Takes everything that waits. */
    List<Counted> drain() {
        List<Counted> taken = new ArrayList<>();
        for (Slot slot : waiting.keySet()) {
            Tally tally = waiting.remove(slot);
            if (tally != null) {
                taken.add(new Counted(slot, tally));
            }
        }
        long forgotten = lost.getAndSet(0);
        if (forgotten > 0) {
            LOG.errorf("%d uses of API keys were not counted: more keys than fit wait to be written", forgotten);
        }
        return taken;
    }

    /** What could not be written waits for the next time. */
    void giveBack(List<Counted> unwritten) {
        unwritten.forEach(this::add);
    }
}
