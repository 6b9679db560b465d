package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.HashMap;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.verifyemail.VerifyEmailActionToken;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Mails by Keycloak's templates, in the realm's theme and the reader's language. Sent by whoever waits for no answer. */
final class AccessMails {

    static final String RESET_PAGE = "mint.reset-url";
    static final String VERIFY_PAGE = "mint.verify-url";

    /** Contract section 6. */
    private static final int RESET_SECONDS = 15 * 60;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    AccessMails(KeycloakSession session, RealmModel realm, ClientModel client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
        // the page behind the link names its client
        session.getContext().setClient(client);
    }

    private interface Sending {
        void through(EmailTemplateProvider mail) throws EmailException;
    }

    void newPassword(UserModel user) {
        String token = new MailedTokens(session, realm).forNewPassword(user, client, RESET_SECONDS);
        // its door takes no tokens through a client that has not opted in, nor while reset is off; Keycloak's page does
        boolean own = realm.isResetPasswordAllowed()
                && OptedInClients.find(realm, client.getClientId(), PasswordsFactory.ID)
                        .isPresent();
        String link = own
                ? MailLink.to(session, realm, client, RESET_PAGE, token)
                : new MailedTokens(session, realm).page(token);
        send(user, mail -> mail.sendPasswordReset(link, RESET_SECONDS / 60));
    }

    /** @param signUp the sealed password that is to be his with it */
    void verifyEmail(UserModel user, Optional<String> signUp) {
        int seconds = realm.getActionTokenGeneratedByUserLifespan(VerifyEmailActionToken.TOKEN_TYPE);
        String token = new MailedTokens(session, realm).forEmail(user, client, seconds, signUp);
        String link = MailLink.to(session, realm, client, VERIFY_PAGE, token);
        send(user, mail -> mail.sendVerifyEmail(link, seconds / 60));
    }

    /** To the owner of an address with which somebody tried to sign up, himself perhaps. */
    void signUpAttempt(UserModel owner) {
        send(owner, mail -> mail.send("mintSignUpAttemptSubject", "mint-sign-up-attempt.ftl", new HashMap<>()));
    }

    private void send(UserModel user, Sending sending) {
        try {
            sending.through(session.getProvider(EmailTemplateProvider.class)
                    .setRealm(realm)
                    .setUser(user));
        } catch (EmailException e) {
            throw new IllegalStateException("a mail could not be sent", e);
        }
    }
}
