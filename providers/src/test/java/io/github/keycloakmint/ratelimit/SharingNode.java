package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import java.time.Duration;
import java.util.Set;

/** A node that shares limits, as the factory makes it. */
final class SharingNode {

    static final Duration PATIENCE = Duration.ofMillis(250);

    final Numbers numbers;
    final SharedStore store;
    final SharedCounter counter;
    private final JoinStore join;

    /** One that has joined. */
    SharingNode(Numbers numbers, Clocks clocks, String... closed) {
        this(1_024, numbers, clocks, closed);
        store.join(numbers);
    }

    SharingNode(int buckets, Numbers numbers, Clocks clocks, String... closed) {
        this.numbers = numbers;
        this.store = new SharedStore(Set.of(closed), PATIENCE, clocks.ticker());
        this.counter = new SharedCounter(store, buckets, clocks);
        this.join = new JoinStore(store, () -> numbers);
    }

    /** What is done once in a pause. */
    void look() {
        join.look();
    }

    /** One clock for both. */
    static Clocks clocks(TurnedClock clock) {
        return new Clocks(clock::currentTimeNanos, clock::currentTimeNanos);
    }

    static Counter.Entry entry(long calls, long seconds) {
        return entry("x", calls, seconds);
    }

    static Counter.Entry entry(String key, long calls, long seconds) {
        return entry(Limiter.Kind.ADDRESS, key, calls, seconds);
    }

    static Counter.Entry entry(Limiter.Kind kind, String key, long calls, long seconds) {
        return new Counter.Entry(
                "realm-1",
                Rule.of("sign-in", kind),
                String.join("|", "realm-1", "sign-in", kind.word(), key),
                new Buckets.Rate(calls, seconds));
    }

    boolean spend(Counter.Entry entry) {
        return counter.spend(entry).accepted();
    }

    int accepted(Counter.Entry entry, int calls) {
        int accepted = 0;
        for (int i = 0; i < calls; i++) {
            accepted += spend(entry) ? 1 : 0;
        }
        return accepted;
    }
}
