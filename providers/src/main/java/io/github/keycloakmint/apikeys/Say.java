package io.github.keycloakmint.apikeys;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who says something about a key. A key is enabled while none of them has disabled it: each can take back what he said himself
 * and nothing else, so that a key which its owner found leaked stays off whatever an admin thinks of it, and the other way
 * round.
 */
enum Say {
    /** The user who owns it. */
    OWNER,
    /** An owner or admin of the account that it is narrowed to or owned by. */
    ACCOUNT,
    /** An administrator of the realm. */
    ADMIN;

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Those who have disabled a key, by its column. */
    static List<String> words(@Nullable String column) {
        return read(column).stream().map(Say::word).toList();
    }

    /** The column of a key once this one has disabled it. */
    String disabling(@Nullable String column) {
        Set<Say> disabled = read(column);
        disabled.add(this);
        return String.join(" ", disabled.stream().map(Say::word).toList());
    }

    /** The column once this one has enabled it, null where nobody disables it now; empty: this one has nothing to take back. */
    Optional<Column> enabling(@Nullable String column) {
        Set<Say> disabled = read(column);
        if (!disabled.remove(this) && !disabled.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Column(
                disabled.isEmpty()
                        ? null
                        : String.join(" ", disabled.stream().map(Say::word).toList())));
    }

    /** What the column is to be. */
    record Column(@Nullable String value) {}

    private static Set<Say> read(@Nullable String column) {
        Set<Say> disabled = EnumSet.noneOf(Say.class);
        Key.words(column).forEach(word -> disabled.add(valueOf(word.toUpperCase(Locale.ROOT))));
        return disabled;
    }
}
