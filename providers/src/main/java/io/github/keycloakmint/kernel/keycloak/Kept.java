package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSession;

/**
 * What a node keeps of keys and of what somebody may do: for {@value #SECONDS} seconds, within which a change on another node
 * is seen, and not beyond a change on this one. What was not found is kept apart, so that ten thousand made-up names throw
 * nobody's out.
 *
 * @param <N> what something is kept under; begins with the realm's id (T10)
 */
public final class Kept<N, T> {

    /** Of each kind. */
    public static final int MOST = 10_000;

    private static final int SECONDS = 3;

    private record Value<T>(Optional<T> found, long epoch) {}

    private final Cache<N, Value<T>> found;
    private final Cache<N, Value<T>> missing;

    public Kept() {
        this(Ticker.systemTicker());
    }

    Kept(Ticker ticker) {
        this.found = cache(ticker);
        this.missing = cache(ticker);
    }

    private static <N, T> Cache<N, Value<T>> cache(Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(Duration.ofSeconds(SECONDS))
                .ticker(ticker)
                .build();
    }

    /**
     * What is read through models of {@code session}, which may have them from before: nothing is kept of a session that
     * noted the epoch of {@code scope} before a change and reads after it.
     *
     * @param read asked where nothing is kept; not under a lock, so that one slow reading holds up no other
     */
    public Optional<T> get(KeycloakSession session, N name, String scope, Supplier<Optional<T>> read) {
        long noted = RightsChanges.noted(session, scope);
        return kept(name, RightsChanges.epoch(scope)).orElseGet(() -> keep(name, new Value<>(read.get(), noted)));
    }

    /**
     * What is read from the database itself and no cache.
     *
     * @param scopes a change of any of which ends what is kept
     */
    public Optional<T> get(N name, Supplier<Optional<T>> read, String... scopes) {
        // counters that only grow: their sum is the same only where each is
        long epoch = 0;
        for (String scope : scopes) {
            epoch += RightsChanges.epoch(scope);
        }
        long noted = epoch;
        return kept(name, noted).orElseGet(() -> keep(name, new Value<>(read.get(), noted)));
    }

    private Optional<Optional<T>> kept(N name, long epoch) {
        return Optional.ofNullable(found.getIfPresent(name))
                .or(() -> Optional.ofNullable(missing.getIfPresent(name)))
                .filter(value -> value.epoch() == epoch)
                .map(Value::found);
    }

    /** What was overtaken while it was read has an epoch that nobody asks for any more. */
    private Optional<T> keep(N name, Value<T> value) {
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
