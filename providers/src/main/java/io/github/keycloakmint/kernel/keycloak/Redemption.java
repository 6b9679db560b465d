package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import org.keycloak.models.ClientModel;

/**
 * What a room gives at Keycloak's token endpoint for a secret that is no token of Keycloak's: by a grant of its own ({@link
 * BundleGrant#redemption}), or as subject of a token exchange ({@link RedeemingExchange}).
 */
public interface Redemption {

    /**
     * What is asked for.
     *
     * @param client that asks; Keycloak has authenticated it and its policies let it
     * @param secret as it was sent; nothing of it is checked
     * @param address of the caller as the one resolver found it (T9)
     * @param account the parameter {@code account_id}
     * @param targets every value of {@code audience} and {@code resource} (RFC 8707)
     * @param refused the OAuth error for a secret that is worth nothing: each of the two ways has its own
     */
    record Asked(
            ClientModel client,
            String secret,
            String address,
            Optional<String> account,
            List<String> targets,
            Optional<String> scope,
            String refused) {

        /** @param cause for the event; nothing of what was sent */
        public TokenRefused worthless(String cause) {
            return new TokenRefused(400, refused, "Invalid token", cause);
        }

        @Override
        public String toString() {
            return "Asked"; // secrets get into no log by accident
        }
    }

    /** True while it is to be had at all. */
    boolean offered();

    /** @throws TokenRefused when {@code client} is none that may ask */
    void admit(ClientModel client);

    /** @throws TokenRefused when there is no such token for the secret */
    TokenAnswer redeem(Asked asked);
}
