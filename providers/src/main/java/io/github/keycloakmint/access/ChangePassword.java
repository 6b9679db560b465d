package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.CredentialsChanged;
import io.github.keycloakmint.kernel.keycloak.PasswordAttempt;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A new password for a user who is signed in and knows the one that he has. */
final class ChangePassword {

    private final KeycloakSession session;
    private final BearerToken bearer;

    ChangePassword(KeycloakSession session, BearerToken bearer) {
        this.session = session;
        this.bearer = bearer;
    }

    /** @throws Refusal 400 for a user without a password, 401 for a wrong one, 400 for a new one that breaks the rules */
    void change(String current, String password) {
        UserModel user = bearer.user();
        if (!user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            throw Refusal.badInput("The user has no password; ask for a password reset", "no_password");
        }
        if (!new PasswordAttempt(session, bearer.realm(), bearer.client()).succeeds(user, current)) {
            // keeping: Keycloak lets no second attempt in before this one is counted, if the transaction commits
            throw Refusal.keeping(AccessError.INVALID_CREDENTIALS, "wrong_password");
        }
        PasswordRules rules = new PasswordRules(session, bearer.realm());
        rules.check(user, password);
        CredentialsChanged.keep(session, bearer.userSession());
        rules.set(user, password);
        user.removeRequiredAction(UserModel.RequiredAction.UPDATE_PASSWORD);
    }
}
