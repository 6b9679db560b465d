package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.saml.clientregistration.EntityDescriptorClientRegistrationProvider;
import org.keycloak.services.clientregistration.ClientRegistrationAuth;

/** Keycloak's {@link EntityDescriptorClientRegistrationProvider}, guarded. */
public final class GuardedSamlRegistration extends EntityDescriptorClientRegistrationProvider {

    GuardedSamlRegistration(KeycloakSession session) {
        super(session);
    }

    @Override
    public void setAuth(ClientRegistrationAuth auth) {
        GuardedRegistration.refuseBundleTokens(session);
        super.setAuth(auth);
    }
}
