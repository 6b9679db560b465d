package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientregistration.AdapterInstallationClientRegistrationProvider;
import org.keycloak.services.clientregistration.ClientRegistrationAuth;

/** Keycloak's {@link AdapterInstallationClientRegistrationProvider}, guarded: it shows a client's credentials. */
public final class GuardedInstallRegistration extends AdapterInstallationClientRegistrationProvider {

    private final KeycloakSession session;

    GuardedInstallRegistration(KeycloakSession session) {
        super(session);
        this.session = session;
    }

    @Override
    public void setAuth(ClientRegistrationAuth auth) {
        GuardedRegistration.refuseBundleTokens(session);
        super.setAuth(auth);
    }
}
