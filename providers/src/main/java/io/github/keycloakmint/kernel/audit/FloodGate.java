package io.github.keycloakmint.kernel.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Keeps strangers from flooding the log (T11): of refusals of one kind the first {@value #FREE} in a window pass, the rest
 * are counted, and the first of the next window carries that count.
 */
public final class FloodGate {

    private static final int FREE = 100;
    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int KINDS = 1_000;

    private final Ticker ticker;
    private final Cache<String, Window> windows;

    private static final class Window {
        private long started;
        private int passed;
        private long suppressed;

        Window(long now) {
            this.started = now;
        }
    }

    public FloodGate() {
        this(Ticker.systemTicker());
    }

    FloodGate(Ticker ticker) {
        this.ticker = ticker;
        this.windows = Caffeine.newBuilder().maximumSize(KINDS).build();
    }

    /** Empty: don't write. Else: write, and say that so many were left out before. */
    public OptionalLong pass(String kind) {
        long now = ticker.read();
        Window window = windows.get(kind, key -> new Window(now));
        synchronized (window) {
            if (now - window.started >= WINDOW_NANOS) {
                window.started = now;
                window.passed = 0;
            }
            if (window.passed >= FREE) {
                window.suppressed++;
                return OptionalLong.empty();
            }
            window.passed++;
            long suppressed = window.suppressed;
            window.suppressed = 0;
            return OptionalLong.of(suppressed);
        }
    }
}
