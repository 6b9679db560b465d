package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientregistration.ClientRegistrationProvider;
import org.keycloak.services.clientregistration.DefaultClientRegistrationProviderFactory;

/** Takes the place of Keycloak's own: of two providers with one id the higher order wins. */
public final class GuardedDefaultRegistrationFactory extends DefaultClientRegistrationProviderFactory {

    @Override
    public ClientRegistrationProvider create(KeycloakSession session) {
        return new GuardedDefaultRegistration(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
