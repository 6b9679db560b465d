package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.SignUpPassword;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Whoever comes with a token that was mailed to an address has that address. */
final class VerifiedEmail {

    private final KeycloakSession session;
    private final RealmModel realm;

    VerifiedEmail(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * In a transaction of its own, done again where another one is in its way; false for a user who is gone or has another
     * email by now. Whoever signed up with the email gets the password that he chose then, if he has none.
     */
    static boolean mark(KeycloakSession session, MailedTokens.Mailed mailed) {
        return FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> {
            RealmModel realm = fresh.getContext().getRealm();
            Optional<UserModel> user =
                    UserRow.lock(fresh, realm, mailed.userId()).filter(mailed::holdsFor);
            user.ifPresent(found -> {
                mailed.signUp().ifPresent(wrapped -> new SignUpPassword(fresh, realm).store(found, wrapped));
                new VerifiedEmail(fresh, realm).mark(found);
            });
            return user.isPresent();
        }));
    }

    /** Under the user's row. As Keycloak's handlers of both tokens do; and what waited for it takes place. */
    void mark(UserModel user) {
        user.setEmailVerified(true);
        user.removeRequiredAction(UserModel.RequiredAction.VERIFY_EMAIL);
        new PendingAccount(session, realm).fulfil(user);
    }
}
