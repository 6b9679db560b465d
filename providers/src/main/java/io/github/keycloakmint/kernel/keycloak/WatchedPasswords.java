package io.github.keycloakmint.kernel.keycloak;

import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.PasswordCredentialProvider;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Keycloak's passwords, which every door of Keycloak stores through: pages, account console, admin REST, import, and this
 * bundle. One that takes the place of another is announced (T27), and an imported hash is judged by its algorithm (T30). A
 * hash that Keycloak renews at sign-in goes another way, and changes nothing.
 */
final class WatchedPasswords extends PasswordCredentialProvider {

    private final PasswordCredentialProvider stock;

    /** @param stock verifies, since it has Keycloak's counter of hashes */
    WatchedPasswords(KeycloakSession session, PasswordCredentialProvider stock) {
        super(session, null, false, false, false, false, false);
        this.stock = stock;
    }

    @Override
    public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
        return stock.isValid(realm, user, input);
    }

    @Override
    public CredentialModel createCredential(RealmModel realm, UserModel user, PasswordCredentialModel credential) {
        String algorithm = credential.getPasswordCredentialData().getAlgorithm();
        @Nullable
        PasswordHashProvider hash =
                algorithm == null ? null : session.getProvider(PasswordHashProvider.class, algorithm);
        if (hash instanceof ForeignHash foreign) {
            foreign.objection(credential).ifPresent(reason -> {
                throw new ModelException(reason);
            });
        }
        boolean replaces = getPassword(realm, user) != null;
        CredentialModel stored = super.createCredential(realm, user, credential);
        if (replaces) {
            CredentialsChanged.announce(session, realm, user);
        }
        return stored;
    }
}
