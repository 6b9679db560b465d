package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.caller.Bearer;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/** {@code POST /auth/password-reset}, {@code /auth/password-reset/verify} and {@code /auth/change-password} (section 6). */
final class PasswordsResource {

    private static final String RESET = PasswordsFactory.ID;

    /**
     * {@code {client_id, email}} → 202, whoever has the address or has not. Nobody is looked up before the answer has left,
     * so that its time tells nothing either (T29).
     */
    Reply ask(Exchange call) {
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(RESET).of(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        ClientModel client = AccessClients.required(call.realm(), body.text("client_id"), RESET);
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        call.record().client(client.getClientId());
        String email = EmailAddress.of(body.text("email"));
        call.record().put("targetEmail", email);
        Limits.byClient(call, client.getClientId());
        Limits.byAddressAndTarget(call, email);
        requireAllowed(call.realm());
        Accepted.requireMails(call.session());
        Limits.withinMails(
                call,
                Limits.Mail.RESET,
                email,
                () -> AfterAnswer.run(
                        call.session(), "password-reset-mail", fresh -> new MailToOwner(fresh, client.getId())
                                .newPassword(email)));
        return Accepted.mailOnItsWay();
    }

    /** {@code {token, new_password}} → 204. */
    Reply set(Exchange call) {
        call.record().event(EventType.UPDATE_CREDENTIAL);
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(RESET).of(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        String token = body.text("token");
        String password = body.text("new_password");
        requireAllowed(call.realm());
        MailedTokens.Mailed mailed = new MailedTokens(call.session(), call.realm())
                .newPassword(token)
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "reset_token"));
        ClientModel client = OptedInClients.find(call.realm(), mailed.clientId(), RESET)
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "reset_token"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        recognise(call, client, mailed.userId());
        Limits.byTarget(call, mailed.userId());
        new SetNewPassword(call.session(), call.realm()).set(mailed, password);
        return Reply.noContent();
    }

    /** {@code {current_password, new_password}} and the token of a full session → 204. */
    Reply change(Exchange call) {
        call.record().event(EventType.UPDATE_CREDENTIAL);
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(PasswordsFactory.SIGN_IN).of(call.session(), call.realm()));
        Limits.byAddress(call);
        BearerToken bearer = Bearer.ofFullSession(call);
        call.cors().allow(() -> ClientOrigins.of(call.session(), bearer.client()));
        if (OptedInClients.find(call.realm(), bearer.client().getClientId(), PasswordsFactory.SIGN_IN)
                .isEmpty()) {
            throw Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
        }
        recognise(call, bearer.client(), bearer.user().getId());
        Members body = call.json();
        String current = body.text("current_password");
        String password = body.text("new_password");
        Limits.byTarget(call, bearer.user().getId());
        new ChangePassword(call.session(), bearer).change(current, password);
        return Reply.noContent();
    }

    private static void requireAllowed(RealmModel realm) {
        if (!realm.isResetPasswordAllowed()) {
            throw Refusal.of(Fault.FORBIDDEN, "Password reset is off", "reset_off");
        }
    }

    private static void recognise(Exchange call, ClientModel client, String userId) {
        call.record().recognised();
        call.record().client(client.getClientId());
        call.record().user(userId);
        call.record().put("userId", userId);
        call.record().put("credential_type", "password");
    }
}
