package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientregistration.ClientRegistrationAuth;
import org.keycloak.services.clientregistration.oidc.OIDCClientRegistrationProvider;

/** Keycloak's {@link OIDCClientRegistrationProvider}, guarded. */
public final class GuardedOidcRegistration extends OIDCClientRegistrationProvider {

    GuardedOidcRegistration(KeycloakSession session) {
        super(session);
    }

    @Override
    public void setAuth(ClientRegistrationAuth auth) {
        GuardedRegistration.refuseBundleTokens(session);
        super.setAuth(auth);
    }
}
