package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.authorization.protection.introspect.RPTIntrospectionProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;

/** Takes the place of Keycloak's {@code requesting_party_token} introspection. */
public final class BundleRptIntrospectionFactory extends RPTIntrospectionProviderFactory {

    @Override
    public TokenIntrospectionProvider create(KeycloakSession session) {
        return new BundleRptIntrospection(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
