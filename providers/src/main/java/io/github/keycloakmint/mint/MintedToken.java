package io.github.keycloakmint.mint;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a request for a token.
 *
 * @param accessToken the token
 * @param expiresIn seconds that it lives
 * @param user whom it is for
 */
record MintedToken(String accessToken, long expiresIn, User user) {

    /**
     * @param id Keycloak's id, or the legacy id: an integer where it is one
     * @param name given and family name; null where the user has neither
     * @param role the highest platform role; null where the user has none
     */
    record User(Object id, String email, @Nullable String name, @Nullable String role, long platformId) {}

    @Override
    public String toString() {
        return "MintedToken[" + user.id() + "]"; // the token itself gets into no log by accident
    }
}
