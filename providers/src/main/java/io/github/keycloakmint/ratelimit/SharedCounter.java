package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.github.keycloakmint.kernel.limits.Shelves;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Counts for all nodes, each bucket one number ({@link Cell}). A node draws a hundredth of a limit at once, and so asks the
 * others once for many calls where the limit is high; what other nodes hold undrawn is less than that each. Whoever is over a
 * limit costs nothing: a node remembers until when.
 *
 * <p>Nodes have to agree on the time, as they have to for tokens: one whose clock is ahead by a second gives away the calls of
 * a second more.
 */
final class SharedCounter implements Counter {

    private static final int PARTS = 100;
    private static final int ATTEMPTS = 50;

    private final SharedStore store;
    private final Counter alone;
    private final LongSupplier clock;
    private final Map<Limiter.Kind, Shelves<Drawn>> drawn = new EnumMap<>(Limiter.Kind.class);

    /**
     * @param alone counts on this node, while the store is away
     * @param most buckets of a kind
     * @param clock nanoseconds since the epoch
     */
    SharedCounter(SharedStore store, Counter alone, int most, LongSupplier clock) {
        this.store = store;
        this.alone = alone;
        this.clock = clock;
        for (Limiter.Kind kind : Limiter.Kind.values()) {
            drawn.put(kind, new Shelves<>(most));
        }
    }

    private interface Asking {
        Buckets.Taken ask() throws SharedNumbers.Away;
    }

    @Override
    public Buckets.Taken spend(Entry entry) {
        Drawn mine = mine(entry);
        synchronized (mine) {
            return mine.spend().orElseGet(() -> ask(entry, () -> draw(entry, mine), () -> alone.spend(entry)));
        }
    }

    @Override
    public Buckets.Taken look(Entry entry) {
        Drawn mine = mine(entry);
        synchronized (mine) {
            return mine.look().orElseGet(() -> ask(entry, () -> read(entry, mine), () -> alone.look(entry)));
        }
    }

    @Override
    public Buckets.Taken owe(Entry entry) {
        Drawn mine = mine(entry);
        synchronized (mine) {
            mine.doubt();
            return ask(entry, () -> owed(entry), () -> alone.owe(entry));
        }
    }

    private Buckets.Taken ask(Entry entry, Asking together, Supplier<Buckets.Taken> byMyself) {
        if (!store.away()) {
            try {
                Buckets.Taken taken = together.ask();
                store.found();
                return taken;
            } catch (SharedNumbers.Away e) {
                store.lost(e);
            }
        }
        return store.without(entry.rule().capability(), byMyself);
    }

    private Buckets.Taken draw(Entry entry, Drawn mine) throws SharedNumbers.Away {
        Cell cell = Cell.of(entry.rate());
        long part = Math.max(1, entry.rate().calls() / PARTS);
        Change change = change(entry, (from, now) -> cell.after(from, now, part));
        mine.draw(cell.calls(change.from(), change.to()), change.now() + cell.window());
        if (change.from() == change.to()) {
            mine.empty(change.now() + cell.untilOne(change.from(), change.now()));
        }
        return mine.spend().orElseGet(() -> taken(cell, change));
    }

    private Buckets.Taken read(Entry entry, Drawn mine) throws SharedNumbers.Away {
        Cell cell = Cell.of(entry.rate());
        long now = clock.getAsLong();
        long from = Math.max(store.get(name(entry)).orElse(now), now);
        if (cell.free(from, now) > 0) {
            mine.believe(now);
        } else {
            mine.empty(now + cell.untilOne(from, now));
        }
        return taken(cell, new Change(from, from, now));
    }

    private Buckets.Taken owed(Entry entry) throws SharedNumbers.Away {
        Cell cell = Cell.of(entry.rate());
        return taken(cell, change(entry, cell::owing));
    }

    private static Buckets.Taken taken(Cell cell, Change change) {
        long free = cell.free(change.to(), change.now());
        return new Buckets.Taken(free > 0, free, Duration.ofNanos(cell.untilOne(change.to(), change.now())));
    }

    private interface Step {
        long to(long from, long now);
    }

    private record Change(long from, long to, long now) {}

    /** Changes the number of a bucket by {@code step}, again where another node was faster. */
    private Change change(Entry entry, Step step) throws SharedNumbers.Away {
        String name = name(entry);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long now = clock.getAsLong();
            Optional<Long> held = store.get(name);
            long from = Math.max(held.orElse(now), now);
            long to = step.to(from, now);
            if (to == from || store.swap(name, held, to, Duration.ofNanos(to - now))) {
                return new Change(from, to, now);
            }
        }
        throw new SharedNumbers.Away("overtaken " + ATTEMPTS + " times");
    }

    private Drawn mine(Entry entry) {
        return Objects.requireNonNull(drawn.get(entry.rule().kind()))
                .get(entry.key(), entry.rate(), () -> new Drawn(entry.rate(), clock));
    }

    /** Begins with the realm's id (T10); the rest is hashed, so that no email stands in a cache. */
    private static String name(Entry entry) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(entry.key().getBytes(StandardCharsets.UTF_8));
            return entry.realmId() + '|' + UrlBase64.encode(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
