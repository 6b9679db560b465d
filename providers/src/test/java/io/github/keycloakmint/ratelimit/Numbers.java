package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a cluster would keep, as one of its nodes gets at it, and what may happen on the way. */
final class Numbers implements SharedNumbers {

    /** What happens to what is asked before it is done. */
    interface Way {
        void go(Duration patience) throws Away;
    }

    final Map<String, Long> kept;
    final AtomicInteger asked = new AtomicInteger();
    volatile Way way = patience -> {};

    /** What happens to changes besides: what is read may lie on the node that asks. */
    volatile Way changing = patience -> {};

    volatile int nodes = 2;
    volatile boolean ended;

    /** A change that got no answer was made all the same. */
    volatile boolean lost;

    /** Nobody's number is ever what it was. */
    volatile boolean overtaken;

    Numbers() {
        this(new ConcurrentHashMap<>());
    }

    private Numbers(Map<String, Long> kept) {
        this.kept = kept;
    }

    /** The same numbers for another node. */
    Numbers elsewhere() {
        return new Numbers(kept);
    }

    /** Answers nothing. */
    static void hang(Duration patience) throws Away {
        pass(patience);
        throw new Away("test");
    }

    static void gone(Duration patience) throws Away {
        throw new Away("test");
    }

    /** Answers each after so long, or not, where nobody waits for so long. */
    static Way slow(Duration each) {
        return patience -> {
            if (each.compareTo(patience) > 0) {
                hang(patience);
            }
            pass(each);
        };
    }

    /** There is nothing to wait for but time: it is what is tested. */
    private static void pass(Duration time) {
        try {
            new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<Long> get(String key, Duration patience) throws Away {
        asked.incrementAndGet();
        way.go(patience);
        return Optional.ofNullable(kept.get(key));
    }

    @Override
    public boolean swap(String key, Optional<Long> from, long to, Duration life, Duration patience) throws Away {
        asked.incrementAndGet();
        way.go(patience);
        try {
            changing.go(patience);
        } catch (Away e) {
            if (lost) {
                change(key, from, to);
            }
            throw e;
        }
        if (overtaken) {
            return false;
        }
        return change(key, from, to);
    }

    private boolean change(String key, Optional<Long> from, long to) {
        return from.isPresent() ? kept.replace(key, from.get(), to) : kept.putIfAbsent(key, to) == null;
    }

    @Override
    public int nodes() {
        return nodes;
    }

    @Override
    public boolean ended() {
        return ended;
    }
}
