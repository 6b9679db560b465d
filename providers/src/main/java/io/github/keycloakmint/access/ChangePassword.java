package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.CredentialsChanged;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.PasswordAttempt;
import io.github.keycloakmint.kernel.keycloak.PasswordMark;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A new password for a user who is signed in and knows the one that he has. */
final class ChangePassword {

    private final KeycloakSession session;
    private final BearerToken bearer;
    private final String userId;

    ChangePassword(KeycloakSession session, BearerToken bearer) {
        this.session = session;
        this.bearer = bearer;
        this.userId = bearer.user().getId();
    }

    /**
     * Two transactions, one after the other: Keycloak renews the hash of a password that was right once the transaction is
     * over, and takes no look at what is stored by then (PasswordCredentialProvider.rehashPasswordIfRequired). Of one
     * that sets a new password as well it would bring the old one back.
     *
     * @throws Refusal 400 for a user without a password, 401 for a wrong one, 400 for a new one that breaks the rules
     */
    void change(String current, String password) {
        String verified = FreshTransaction.run(session, fresh -> verified(fresh, current))
                .orElseThrow(() -> wrong("wrong_password"));
        FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> set(fresh, verified, password)));
    }

    /** Which password it was; empty for a wrong one, and then the transaction commits: a failure is to be counted (T32). */
    private Optional<String> verified(KeycloakSession fresh, String current) {
        RealmModel realm = fresh.getContext().getRealm();
        UserModel user =
                Optional.ofNullable(fresh.users().getUserById(realm, userId)).orElseThrow(() -> wrong("user_is_gone"));
        if (!user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            throw Refusal.badInput("The user has no password; ask for a password reset", "no_password");
        }
        PasswordAttempt attempt = new PasswordAttempt(
                fresh, realm, realm.getClientById(bearer.client().getId()));
        return attempt.succeeds(user, current) ? Optional.of(PasswordMark.of(user)) : Optional.empty();
    }

    private UserModel set(KeycloakSession fresh, String verified, String password) {
        RealmModel realm = fresh.getContext().getRealm();
        UserModel user = UserRow.lock(fresh, realm, userId)
                .filter(found -> PasswordMark.of(found).equals(verified))
                .orElseThrow(() -> wrong("changed_meanwhile"));
        PasswordRules rules = new PasswordRules(fresh, realm);
        rules.check(user, password);
        CredentialsChanged.keep(fresh, bearer.userSession());
        rules.set(user, password);
        user.removeRequiredAction(UserModel.RequiredAction.UPDATE_PASSWORD);
        return user;
    }

    private static Refusal wrong(String cause) {
        return Refusal.of(AccessError.INVALID_CREDENTIALS, cause);
    }
}
