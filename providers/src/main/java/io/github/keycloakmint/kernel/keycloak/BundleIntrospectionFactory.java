package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;

/** Takes the place of Keycloak's {@code access_token} introspection: of two providers with one id the higher order wins. */
public final class BundleIntrospectionFactory extends AccessTokenIntrospectionProviderFactory {

    @Override
    public TokenIntrospectionProvider create(KeycloakSession session) {
        // before the token's user is read
        RightsChanges.noted(session, session.getContext().getRealm().getId());
        return new BundleIntrospection(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
