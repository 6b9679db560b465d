package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** A new user: at once, or in a realm that verifies emails by a mail of which the answer tells nothing (T29). */
final class SignUp {

    private final Exchange call;
    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;
    private final PageGuard guard;

    SignUp(Exchange call, ClientModel client, PageGuard guard) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
        this.client = client;
        this.guard = guard;
    }

    Reply perform(SignUpRequest request) {
        if (!realm.isRegistrationAllowed()) {
            throw Refusal.of(Fault.FORBIDDEN, "Sign-up is off", "registration_off");
        }
        if (request.accountName().isPresent()
                && !(PendingAccount.allowed(realm) && new PendingAccount(session, realm).safe())) {
            throw Refusal.of(Fault.FORBIDDEN, "Accounts are not made at sign-up here", "accounts_off");
        }
        return realm.isVerifyEmail() ? byMail(request) : atOnce(request);
    }

    private Reply byMail(SignUpRequest request) {
        Accepted.requireMails(session);
        if (new Registration(session, realm, request).taken()) {
            // a user that is found comes from the cache, by email and by name, and nobody costs a query each time
            UserDirectory users = new UserDirectory(session, realm);
            users.lookUpNobody();
            users.lookUpNobody();
        }
        guard.useUp();
        String address = call.address();
        AfterAnswer.run(session, "sign-up", fresh -> new SignUpByMail(fresh, request, address).perform());
        return Accepted.mailOnItsWay();
    }

    private Reply atOnce(SignUpRequest request) {
        if (new Registration(session, realm, request).taken()) {
            throw Refusal.of(PasswordError.TAKEN, "email_taken");
        }
        throw Refusal.of(Fault.INTERNAL, "not_yet");
    }
}
