package io.github.keycloakmint.apikeys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a node keeps of keys and of what their owners have: for {@value #SECONDS} seconds, within which a change on another
 * node is seen, and not beyond a change on this one. What was not found is kept apart, so that ten thousand made-up ids throw
 * nobody's key out. Names begin with the realm's id (T10).
 */
final class Kept<T> {

    static final int MOST = 10_000;
    private static final int SECONDS = 3;

    private record Value<T>(Optional<T> found, long epoch) {}

    private final Cache<String, Value<T>> found;
    private final Cache<String, Value<T>> missing;
    private final Epochs epochs;

    Kept(Epochs epochs) {
        this(epochs, Ticker.systemTicker());
    }

    Kept(Epochs epochs, Ticker ticker) {
        this.epochs = epochs;
        this.found = cache(ticker);
        this.missing = cache(ticker);
    }

    private static <T> Cache<String, Value<T>> cache(Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(Duration.ofSeconds(SECONDS))
                .ticker(ticker)
                .build();
    }

    /**
     * @param scope whose next epoch ends what is kept under {@code name}, as {@code name}'s own does
     * @param read asked where nothing is kept; not under a lock, so that one slow reading holds up no other
     */
    Optional<T> get(String name, String scope, Supplier<Optional<T>> read) {
        // two counters that only grow: their sum is the same only where both are
        long epoch = epochs.of(name) + epochs.of(scope);
        Value<T> kept = Optional.ofNullable(found.getIfPresent(name)).orElseGet(() -> missing.getIfPresent(name));
        if (kept != null && kept.epoch() == epoch) {
            return kept.found();
        }
        Value<T> value = new Value<>(read.get(), epoch);
        if (value.found().isPresent()) {
            found.put(name, value);
        } else {
            found.invalidate(name);
            missing.put(name, value);
        }
        return value.found();
    }

    /** Entries at the moment; for tests. */
    long size() {
        found.cleanUp();
        missing.cleanUp();
        return found.estimatedSize() + missing.estimatedSize();
    }
}
