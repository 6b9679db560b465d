package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.CredentialsChanged;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.PasswordAttempt;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A new password for whoever has the mail that was asked for, as Keycloak's page for the same token does it. */
final class SetNewPassword {

    private final KeycloakSession session;
    private final RealmModel realm;

    SetNewPassword(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** @throws Refusal 400 for a password that breaks the realm's rules, which leaves the token good; 401 for a used one */
    void set(MailedTokens.Mailed mailed, String password) {
        UserModel user = mailed.user();
        PasswordRules rules = new PasswordRules(session, realm);
        rules.check(user, password);
        if (!new MailedTokens(session, realm).useUp(mailed)) {
            throw Refusal.of(Fault.UNAUTHORIZED, "token_used");
        }
        boolean first = !user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE);
        rules.set(user, password);
        if (first) {
            // where one takes the place of another that is done where it is stored
            CredentialsChanged.announce(session, realm, user);
        }
        user.removeRequiredAction(UserModel.RequiredAction.UPDATE_PASSWORD);
        new VerifiedEmail(session, realm).mark(user);
        PasswordAttempt.forgive(session, realm, user);
    }
}
