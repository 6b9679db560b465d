package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientregistration.AdapterInstallationClientRegistrationProviderFactory;
import org.keycloak.services.clientregistration.ClientRegistrationProvider;

/** Takes the place of Keycloak's own: of two providers with one id the higher order wins. */
public final class GuardedInstallRegistrationFactory extends AdapterInstallationClientRegistrationProviderFactory {

    @Override
    public ClientRegistrationProvider create(KeycloakSession session) {
        return new GuardedInstallRegistration(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
