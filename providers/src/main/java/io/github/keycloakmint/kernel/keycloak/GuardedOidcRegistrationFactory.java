package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientregistration.ClientRegistrationProvider;
import org.keycloak.services.clientregistration.oidc.OIDCClientRegistrationProviderFactory;

/** Takes the place of Keycloak's own: of two providers with one id the higher order wins. */
public final class GuardedOidcRegistrationFactory extends OIDCClientRegistrationProviderFactory {

    @Override
    public ClientRegistrationProvider create(KeycloakSession session) {
        return new GuardedOidcRegistration(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
