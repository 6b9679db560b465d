package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.BruteForceProtector;

/**
 * The work of checking a password where there is none to check, so that who has no password can't be told from who gave a
 * wrong one (T29). Keycloak does it for unknown and for locked users (AuthenticatorUtils.dummyHash), and not for these.
 */
final class DummyHash {

    private static final String PASSWORD = "SlightlyLongerDummyPassword";

    private final KeycloakSession session;
    private final RealmModel realm;

    DummyHash(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** @param failure Keycloak's word for why it refused {@code user} */
    void whereKeycloakHashedNothing(UserModel user, String failure) {
        if (!user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE) && !locked(user, failure)) {
            spend();
        }
    }

    private boolean locked(UserModel user, String failure) {
        return failure.equals(Errors.USER_TEMPORARILY_DISABLED)
                || (realm.isBruteForceProtected()
                        && session.getProvider(BruteForceProtector.class).isPermanentlyLockedOut(session, realm, user));
    }

    private void spend() {
        Optional<PasswordPolicy> policy = Optional.ofNullable(realm.getPasswordPolicy());
        PasswordHashProvider hashes = policy.map(PasswordPolicy::getHashAlgorithm)
                .map(algorithm -> session.getProvider(PasswordHashProvider.class, algorithm))
                .orElseGet(() -> session.getProvider(PasswordHashProvider.class));
        hashes.encodedCredential(
                PASSWORD, policy.map(PasswordPolicy::getHashIterations).orElse(-1));
    }
}
