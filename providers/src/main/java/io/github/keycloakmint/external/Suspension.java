package io.github.keycloakmint.external;

import java.time.Instant;
import java.util.Optional;

/**
 * A user is suspended. He gets in all the same, and apps see why they should not let him do things.
 *
 * @param reason in an admin's words
 * @param endDate empty: until an admin ends it
 */
record Suspension(String id, String reason, Instant startDate, Optional<Instant> endDate) {

    boolean active(Instant now) {
        return !startDate.isAfter(now) && !over(now);
    }

    boolean over(Instant now) {
        return endDate.filter(end -> !end.isAfter(now)).isPresent();
    }
}
