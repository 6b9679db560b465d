package io.github.keycloakmint.access;

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

    /** As Keycloak's handlers of both tokens do; and what waited for it takes place. */
    void mark(UserModel user) {
        user.setEmailVerified(true);
        user.removeRequiredAction(UserModel.RequiredAction.VERIFY_EMAIL);
        new PendingAccount(session, realm).fulfil(user);
    }
}
