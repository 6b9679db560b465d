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

    private final UserDirectory users;
    private final Optional<AccessMails> mails;

    /** @param clientId internal id of the client that was asked through; nothing is sent for one that is gone */
    MailToOwner(KeycloakSession session, String clientId) {
        RealmModel realm = session.getContext().getRealm();
        this.users = new UserDirectory(session, realm);
        this.mails = Optional.<ClientModel>ofNullable(realm.getClientById(clientId))
                .map(client -> new AccessMails(session, realm, client));
    }

    void newPassword(String email) {
        send(email, (mail, user) -> mail.newPassword(user));
    }

    void verification(String email) {
        send(email, (mail, user) -> {
            if (!user.isEmailVerified()) {
                mail.verifyEmail(user);
            }
        });
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
