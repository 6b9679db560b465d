package io.github.keycloakmint.apikeys;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who says something about a key, the weakest first: what one has disabled, no weaker one enables again. */
enum Say {
    /** The user who owns it. */
    OWNER,
    /** An owner or admin of the account that it is narrowed to or owned by. */
    ACCOUNT,
    /** An administrator of the realm. */
    ADMIN;

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Say> of(@Nullable String column) {
        return Optional.ofNullable(column).map(text -> valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** Whether this one may enable what {@code disabledBy} says was disabled. */
    boolean outweighs(@Nullable String disabledBy) {
        return of(disabledBy).map(other -> compareTo(other) >= 0).orElse(true);
    }

    /** The column of a key that this one disables: what a stronger one has disabled stays his. */
    String disabling(@Nullable String disabledBy) {
        return of(disabledBy)
                .filter(other -> other.compareTo(this) > 0)
                .orElse(this)
                .column();
    }
}
