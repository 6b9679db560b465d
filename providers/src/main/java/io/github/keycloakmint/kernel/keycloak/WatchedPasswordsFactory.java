package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.credential.PasswordCredentialProvider;
import org.keycloak.credential.PasswordCredentialProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Takes the place of Keycloak's factory of the same id, whose options go on to work. */
public final class WatchedPasswordsFactory extends PasswordCredentialProviderFactory {

    @Override
    public PasswordCredentialProvider create(KeycloakSession session) {
        return new WatchedPasswords(session, super.create(session));
    }

    @Override
    public int order() {
        return 100;
    }
}
