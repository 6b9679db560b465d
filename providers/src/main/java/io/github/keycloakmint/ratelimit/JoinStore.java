package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Gets at the shared numbers, in a thread of its own: joining waits for other nodes, and no request shall. Tried again as long as
 * it fails, and when what was joined has ended. While they give no answer it asks for one, on keys of its own: what a caller's
 * question changes behind his back is lost to him.
 */
final class JoinStore {

    /** Gets at the numbers. */
    interface Join {
        SharedNumbers numbers() throws SharedNumbers.Away;
    }

    /** The first answers load classes and open connections, and take longer than a call may wait. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Enough for numbers that lie on this node and such that don't. */
    private static final int TRIES = 8;

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    private final SharedStore store;
    private final Join join;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "keycloak-mint-limits-join");
        thread.setDaemon(true);
        return thread;
    });

    JoinStore(SharedStore store, Join join) {
        this.store = store;
        this.join = join;
    }

    void start() {
        clock.scheduleWithFixedDelay(this::look, 0, SharedStore.PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop() {
        clock.shutdownNow();
    }

    /** Joins, or finds again what is missing. */
    void look() {
        if (store.joined()) {
            store.missing().ifPresent(this::find);
            return;
        }
        try {
            SharedNumbers numbers = join.numbers();
            tryOut(numbers, WARM_UP);
            store.join(numbers);
        } catch (SharedNumbers.Away | RuntimeException | LinkageError e) {
            // another Infinispan than this was compiled for is no reason to say nothing
            store.notJoined(e);
        }
    }

    private void find(SharedNumbers numbers) {
        try {
            tryOut(numbers, store.patience().whole());
            store.found();
        } catch (SharedNumbers.Away | RuntimeException e) {
            LOG.debug("Still no shared count", e);
        }
    }

    private static void tryOut(SharedNumbers numbers, Duration patience) throws SharedNumbers.Away {
        for (int i = 0; i < TRIES; i++) {
            tryOut(numbers, "warm-up|" + UUID.randomUUID(), patience);
        }
    }

    private static void tryOut(SharedNumbers numbers, String key, Duration patience) throws SharedNumbers.Away {
        boolean kept = numbers.swap(key, Optional.empty(), 1, WARM_UP, patience)
                && numbers.get(key, patience).filter(number -> number == 1).isPresent()
                && numbers.swap(key, Optional.of(1L), 2, Duration.ofSeconds(1), patience);
        if (!kept) {
            throw new SharedNumbers.Away("a number was not kept");
        }
    }
}
