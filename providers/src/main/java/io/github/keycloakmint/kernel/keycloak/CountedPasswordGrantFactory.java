package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.ResourceOwnerPasswordCredentialsGrantTypeFactory;

/** Takes the place of Keycloak's own: of two providers with one id the higher order wins. */
public final class CountedPasswordGrantFactory extends ResourceOwnerPasswordCredentialsGrantTypeFactory {

    @Override
    public OAuth2GrantType create(KeycloakSession session) {
        return new CountedPasswordGrant();
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
