package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.saml.clientregistration.EntityDescriptorClientRegistrationProviderFactory;
import org.keycloak.services.clientregistration.ClientRegistrationProvider;

/** Takes the place of Keycloak's own: of two providers with one id the higher order wins. */
public final class GuardedSamlRegistrationFactory extends EntityDescriptorClientRegistrationProviderFactory {

    @Override
    public ClientRegistrationProvider create(KeycloakSession session) {
        return new GuardedSamlRegistration(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
