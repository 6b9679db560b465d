package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gets at the shared numbers, in a thread of its own: joining waits for other nodes, and no request shall. Tried again as long as
 * it fails, and when what was joined has ended.
 */
final class JoinStore {

    /** Gets at the numbers. */
    interface Join {
        SharedNumbers numbers() throws SharedNumbers.Away;
    }

    /** The first answers load classes and open connections, and take longer than a call may wait. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Enough for numbers that lie on this node and such that don't. */
    private static final int WARM_UPS = 8;

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
        clock.scheduleWithFixedDelay(this::unlessJoined, 0, SharedStore.PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop() {
        clock.shutdownNow();
    }

    void unlessJoined() {
        if (store.joined()) {
            return;
        }
        try {
            SharedNumbers numbers = join.numbers();
            for (int i = 0; i < WARM_UPS; i++) {
                warmUp(numbers, "warm-up|" + UUID.randomUUID());
            }
            store.join(numbers);
        } catch (SharedNumbers.Away | RuntimeException e) {
            store.notJoined(e);
        }
    }

    private static void warmUp(SharedNumbers numbers, String key) throws SharedNumbers.Away {
        boolean kept = numbers.swap(key, Optional.empty(), 1, WARM_UP, WARM_UP)
                && numbers.get(key, WARM_UP).filter(number -> number == 1).isPresent()
                && numbers.swap(key, Optional.of(1L), 2, Duration.ofSeconds(1), WARM_UP);
        if (!kept) {
            throw new SharedNumbers.Away("a number was not kept");
        }
    }
}
