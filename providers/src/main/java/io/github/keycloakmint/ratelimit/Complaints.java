package io.github.keycloakmint.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.Attributes;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Says of a setting that does not fit once a minute, and not at each call: a stranger's makes the server read it (T11). */
final class Complaints {

    private final Cache<String, Boolean> said = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private final Logger log;

    Complaints(Logger log) {
        this.log = log;
    }

    /** @param what setting of which realm, with its value: another one is said at once */
    void about(String what, Attributes.BadAttribute complaint) {
        if (said.asMap().putIfAbsent(what, true) == null) {
            log.error(complaint.getMessage());
        }
    }
}
