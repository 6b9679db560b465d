package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;

/** Takes the place of Keycloak's {@code refresh_token} introspection. */
public final class BundleRefreshIntrospectionFactory extends RefreshTokenIntrospectionProviderFactory {

    @Override
    public TokenIntrospectionProvider create(KeycloakSession session) {
        return new BundleRefreshIntrospection(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
