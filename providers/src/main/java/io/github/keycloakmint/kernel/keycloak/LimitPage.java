package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Keycloak's own error page, in the realm's theme, for a browser that called too often. */
public final class LimitPage {

    private LimitPage() {}

    public static Response of(KeycloakSession session, RealmModel realm) {
        session.getContext().setRealm(realm);
        return session.getProvider(LoginFormsProvider.class)
                .setError("Too many requests. Wait a little, then try again.")
                .createErrorPage(Response.Status.TOO_MANY_REQUESTS);
    }
}
