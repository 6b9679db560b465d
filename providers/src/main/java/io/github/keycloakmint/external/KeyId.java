package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Key ids that may be. One is a name that is compared, never a path, a query or an address. */
final class KeyId {

    /** In words, for an admin. */
    static final String FORM = "1 to 128 letters, digits, dots, underscores, tildes or hyphens";

    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

    private KeyId() {}

    static boolean fits(String kid) {
        return PATTERN.matcher(kid).matches();
    }

    /** @throws Rejection for one of another form, before any key is looked at */
    static Optional<String> of(ObjectNode header) {
        @Nullable JsonNode kid = header.get("kid");
        if (kid == null) {
            return Optional.empty();
        }
        if (!kid.isTextual() || !fits(kid.textValue())) {
            throw Rejection.of(Check.KEY_ID, FORM, kid.asText());
        }
        return Optional.of(kid.textValue());
    }
}
