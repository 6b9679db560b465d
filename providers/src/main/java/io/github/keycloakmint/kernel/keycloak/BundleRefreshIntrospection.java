package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;

/** Keycloak's introspection of refresh tokens; what is hinted at as one may be an API key. */
final class BundleRefreshIntrospection extends RefreshTokenIntrospectionProvider {

    BundleRefreshIntrospection(KeycloakSession session) {
        super(session);
    }

    @Override
    public Response introspect(String tokenStr, EventBuilder event) {
        return KeyIntrospection.of(session, tokenStr, event).orElseGet(() -> super.introspect(tokenStr, event));
    }
}
