package io.github.keycloakmint.kernel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What every request meets again: said once a minute, since strangers make the requests (T11). */
public final class Complaints {

    private static final Cache<String, Boolean> SAID = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private Complaints() {}

    /** A warning under a name of its own, since its text may hold what a stranger chooses. */
    public static void warn(Logger log, String name, String text) {
        if (SAID.asMap().putIfAbsent("warn|" + name, true) == null) {
            log.warn(text);
        }
    }

    /** @param realmId of what is complained of (T10): texts name realms and clients by names */
    public static void error(Logger log, String realmId, @Nullable String text) {
        error(log, realmId, text, null);
    }

    /** As {@link #error(Logger, String, String)}, for what a request met on its way and got past. */
    public static void error(Logger log, String realmId, @Nullable String text, @Nullable Throwable cause) {
        if (SAID.asMap().putIfAbsent(realmId + '|' + text, true) == null) {
            log.error(text, cause);
        }
    }
}
