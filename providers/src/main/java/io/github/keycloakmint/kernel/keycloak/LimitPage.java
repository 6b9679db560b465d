package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Keycloak's own error page, in the realm's theme and the browser's language, for a browser that called too often. */
public final class LimitPage {

    /** In the bundle's theme resources, which every login theme has and may say otherwise; English where a language has none. */
    private static final String MESSAGE = "mintTooManyRequests";

    private LimitPage() {}

    public static Response of(KeycloakSession session, RealmModel realm) {
        session.getContext().setRealm(realm);
        return session.getProvider(LoginFormsProvider.class)
                .setError(MESSAGE)
                .createErrorPage(Response.Status.TOO_MANY_REQUESTS);
    }
}
