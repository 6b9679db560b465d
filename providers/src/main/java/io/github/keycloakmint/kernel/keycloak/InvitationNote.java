package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the row of an invitation says beside Keycloak's own columns, in the one for the link, which the bundle does not keep.
 *
 * @param secretHash of the secret in the mail
 * @param role may hold anything, so it stands last
 */
record InvitationNote(String inviterId, String secretHash, String role) {

    static final String PREFIX = "urn:keycloak-mint:invitation:";

    String text() {
        return PREFIX + inviterId + ":" + secretHash + ":" + role;
    }

    /** Empty for Keycloak's own links, and for whatever else is not ours. */
    static Optional<InvitationNote> parse(@Nullable String text) {
        if (text == null || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String[] parts = text.substring(PREFIX.length()).split(":", 3);
        return parts.length == 3 ? Optional.of(new InvitationNote(parts[0], parts[1], parts[2])) : Optional.empty();
    }
}
