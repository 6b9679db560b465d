package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.util.Optional;
import java.util.function.Consumer;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Mails that somebody asked for by naming an address. Runs after his answer has left: he learns nothing from it. */
final class MailToOwner {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final UserDirectory users;
    private final Optional<AccessMails> mails;

    /** @param clientId internal id of the client that was asked through; nothing is sent for one that is gone */
    MailToOwner(KeycloakSession session, String clientId) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.users = new UserDirectory(session, realm);
        this.mails = Optional.<ClientModel>ofNullable(realm.getClientById(clientId))
                .map(client -> new AccessMails(session, realm, client));
    }

    void newPassword(String email) {
        send(email, (mail, user) -> mail.newPassword(user));
    }

    /**
     * For a user who waits for it. Who signed up with the email has no password until he follows a link, and this one does not
     * have the one that he chose: it lets him choose another, which verifies the email as well.
     */
    void verification(String email) {
        send(email, (mail, user) -> {
            if (user.isEmailVerified()) {
                return;
            }
            if (hasNoWayIn(user)) {
                mail.newPassword(user);
            } else {
                mail.verifyEmail(user, Optional.empty());
            }
        });
    }

    private boolean hasNoWayIn(UserModel user) {
        return user.getFederationLink() == null
                && user.credentialManager()
                        .getStoredCredentialsStream()
                        .findAny()
                        .isEmpty()
                && session.users()
                        .getFederatedIdentitiesStream(realm, user)
                        .findAny()
                        .isEmpty();
    }

    void signUpAttempt(String email) {
        send(email, AccessMails::signUpAttempt);
    }

    private interface Sending {
        void to(AccessMails mails, UserModel user);
    }

    /** Of two users with one address none is mailed: the address would reach both accounts. */
    private void send(String email, Sending sending) {
        Consumer<AccessMails> toOwner = mail -> users.byEmail(email)
                .user()
                .filter(UserModel::isEnabled)
                .filter(user -> user.getServiceAccountClientLink() == null)
                .ifPresent(user -> sending.to(mail, user));
        mails.ifPresent(toOwner);
    }
}
