package io.github.keycloakmint.kernel.keycloak;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
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

    private static final Duration MOMENT = Duration.ofMinutes(1);

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
        if (replaces || seasoned(user)) {
            CredentialsChanged.announce(session, realm, user);
        } else {
            CredentialsChanged.endSessions(session, realm, user);
        }
        return stored;
    }

    /**
     * Whether a first password may take the place of one that was removed: Keycloak removes one past this class
     * (SubjectCredentialManager). Minted tokens of a user who was made a moment ago are none that it could have been about.
     */
    private static boolean seasoned(UserModel user) {
        @Nullable Long created = user.getCreatedTimestamp();
        return created == null || Time.currentTimeMillis() - created > MOMENT.toMillis();
    }
}
