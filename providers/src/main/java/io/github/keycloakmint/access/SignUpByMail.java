package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.SignUpPassword;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Sign-up in a realm that verifies emails, once the answer has left: a new user and a mail to him, or a mail to the one who
 * has the address already. In one transaction, the mail last, so that nothing is left of a sign-up whose mail could not
 * be sent.
 */
final class SignUpByMail {

    private static final Logger LOG = Logger.getLogger(SignUpByMail.class);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final SignUpRequest request;
    private final String address;

    /** @param address of the caller, for the event */
    SignUpByMail(KeycloakSession session, SignUpRequest request, String address) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.request = request;
        this.address = address;
    }

    void perform() {
        ClientModel client = realm.getClientByClientId(request.clientId());
        if (client == null) {
            return; // removed since the answer
        }
        try {
            Optional<UserModel> created = new NewUser(session, request).waiting();
            created.ifPresentOrElse(user -> welcome(client, user), () -> warnOwner(client));
        } catch (RuntimeException e) {
            if (!FreshTransaction.contended(e)) {
                throw e;
            }
            session.getTransactionManager().setRollbackOnly();
            LOG.debug("Of several sign-ups with one address at the same moment one was done");
        }
    }

    private void welcome(ClientModel client, UserModel user) {
        request.accountName().ifPresent(name -> PendingAccount.keep(user, name));
        new EventBuilder(realm, session)
                .event(EventType.REGISTER)
                .client(client)
                .user(user)
                .ipAddress(address)
                .detail(Details.REGISTER_METHOD, "mint")
                .success();
        FreshTransaction.flush(session);
        new AccessMails(session, realm, client)
                .verifyEmail(user, new SignUpPassword(session, realm).seal(user, request.password()));
    }

    private void warnOwner(ClientModel client) {
        new SignUpPassword(session, realm).sealNothing(request.password());
        new MailToOwner(session, client.getId()).signUpAttempt(request.email());
    }
}
