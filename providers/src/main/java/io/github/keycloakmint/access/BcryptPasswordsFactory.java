package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** The algorithm that an imported credential names: {@value #ID}. */
public final class BcryptPasswordsFactory implements PasswordHashProviderFactory, PlainFactory<PasswordHashProvider> {

    static final String ID = "bcrypt";

    @Override
    public PasswordHashProvider create(KeycloakSession session) {
        return new BcryptPasswords();
    }

    @Override
    public String getId() {
        return ID;
    }
}
