package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenManager;

/** What users have consented to, at clients that ask them. */
public final class Consents {

    private Consents() {}

    /** True where {@code client} asks nobody, or {@code user} has said yes to its default scopes. */
    public static boolean given(KeycloakSession session, UserModel user, ClientModel client) {
        return TokenManager.verifyConsentStillAvailable(session, user, client, null, "");
    }
}
