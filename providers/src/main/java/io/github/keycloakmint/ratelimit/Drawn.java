package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Shelves;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What a node holds of a bucket that all nodes share, and knows of it. Whoever asks holds its lock. */
final class Drawn implements Shelves.Item {

    /** For how long a bucket that had something left is believed to have, where nothing is taken. */
    private static final long BELIEVED = TimeUnit.SECONDS.toNanos(1);

    private final Buckets.Rate rate;
    private final LongSupplier clock;
    private long calls;
    private long goodUntil;
    private long emptyUntil;
    private long believedUntil;

    Drawn(Buckets.Rate rate, LongSupplier clock) {
        this.rate = rate;
        this.clock = clock;
    }

    @Override
    public synchronized double left() {
        return clock.getAsLong() < emptyUntil ? 0 : 1;
    }

    @Override
    public Object sort() {
        return rate;
    }

    /** Takes one of those that were drawn; empty where the others have to be asked. */
    Optional<Buckets.Taken> spend() {
        long now = clock.getAsLong();
        if (calls > 0 && now < goodUntil) {
            calls--;
            return Optional.of(new Buckets.Taken(true, calls, Duration.ZERO));
        }
        return refused(now);
    }

    /** What is known without asking. */
    Optional<Buckets.Taken> look() {
        long now = clock.getAsLong();
        return now < believedUntil ? Optional.of(new Buckets.Taken(true, 1, Duration.ZERO)) : refused(now);
    }

    private Optional<Buckets.Taken> refused(long now) {
        return now < emptyUntil
                ? Optional.of(new Buckets.Taken(false, 0, Duration.ofNanos(emptyUntil - now)))
                : Optional.empty();
    }

    void draw(long drawn, long until) {
        calls = drawn;
        goodUntil = until;
    }

    void empty(long until) {
        emptyUntil = until;
    }

    void believe(long now) {
        believedUntil = now + BELIEVED;
    }

    void doubt() {
        believedUntil = 0;
    }
}
