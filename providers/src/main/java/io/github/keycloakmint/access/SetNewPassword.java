package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.CredentialsChanged;
import io.github.keycloakmint.kernel.keycloak.EarlierWaysIn;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.PasswordAttempt;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
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

    /**
     * Each step in a transaction of its own, none while another one is open.
     *
     * @throws Refusal 400 for a password that breaks the realm's rules, which leaves the token good; 401 for a used one, and
     *     where the password was changed meanwhile by another one
     */
    void set(MailedTokens.Mailed mailed, String password) {
        FreshTransaction.run(session, fresh -> checked(fresh, mailed, password));
        if (!new MailedTokens(session, realm).useUp(mailed)) {
            throw Refusal.of(Fault.UNAUTHORIZED, "token_used");
        }
        FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> apply(fresh, mailed, password)));
    }

    private static UserModel checked(KeycloakSession session, MailedTokens.Mailed mailed, String password) {
        RealmModel realm = session.getContext().getRealm();
        UserModel user = Optional.ofNullable(session.users().getUserById(realm, mailed.userId()))
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "user_is_gone"));
        new PasswordRules(session, realm).check(user, password);
        return user;
    }

    /** Done again where another one is in its way: the token is gone by now. */
    private static UserModel apply(KeycloakSession session, MailedTokens.Mailed mailed, String password) {
        RealmModel realm = session.getContext().getRealm();
        UserModel user = UserRow.lock(session, realm, mailed.userId())
                .filter(mailed::holdsForPasswordOf)
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "changed_meanwhile"));
        boolean first = !user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE);
        if (!user.isEmailVerified()) {
            EarlierWaysIn.remove(session, realm, user);
        }
        new PasswordRules(session, realm).set(user, password);
        if (first) {
            // where one takes the place of another that is done where it is stored
            CredentialsChanged.announce(session, realm, user);
        }
        user.removeRequiredAction(UserModel.RequiredAction.UPDATE_PASSWORD);
        new VerifiedEmail(session, realm).mark(user);
        PasswordAttempt.forgive(session, realm, user);
        return user;
    }
}
