package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import java.util.Set;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * A user's password tried outside of a login flow, with the realm's brute force protection as in one (T32): failures count,
 * a locked user is refused without a look at the password, and of attempts at the same moment one is looked at.
 */
public final class PasswordAttempt {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    public PasswordAttempt(KeycloakSession session, RealmModel realm, ClientModel client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
    }

    /** Whether it is the password of a user who is not locked. A failure is kept whatever becomes of the transaction. */
    public boolean succeeds(UserModel user, String password) {
        if (!realm.isBruteForceProtected()) {
            return valid(user, password);
        }
        // Keycloak holds attempts at the same moment apart only where there is an authentication session
        // (DefaultBlockingBruteForceProtector)
        AuthenticationSessionManager sessions = new AuthenticationSessionManager(session);
        AuthenticationSessionModel attempt =
                sessions.createAuthenticationSession(realm, false).createAuthenticationSession(client);
        session.getContext().setAuthenticationSession(attempt);
        try {
            return protectedly(user, password);
        } finally {
            session.getContext().setAuthenticationSession(null);
            sessions.removeAuthenticationSession(realm, attempt, false);
        }
    }

    private boolean protectedly(UserModel user, String password) {
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        if (protector.isTemporarilyDisabled(session, realm, user)
                || protector.isPermanentlyLockedOut(session, realm, user)) {
            return false;
        }
        boolean valid = valid(user, password);
        if (!valid) {
            protector.failedLogin(
                    realm,
                    user,
                    session.getContext().getConnection(),
                    session.getContext().getHttpRequest().getUri(),
                    Set.of(PasswordCredentialModel.TYPE));
        }
        return valid;
    }

    private static boolean valid(UserModel user, String password) {
        return user.credentialManager().isValid(UserCredentialModel.password(password));
    }

    /**
     * Whoever has shown that the mailbox is his is let in again, as after Keycloak's own reset. Wrong one-time passwords stay
     * counted: those are there for whoever holds the mailbox (DefaultBruteForceProtector.success).
     */
    public static void forgive(KeycloakSession session, RealmModel realm, UserModel user) {
        Optional.ofNullable(session.loginFailures().getUserLoginFailure(realm, user.getId()))
                .ifPresent(UserLoginFailureModel::clearFailures);
    }
}
