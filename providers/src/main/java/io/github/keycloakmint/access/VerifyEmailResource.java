package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** {@code POST /auth/verify-email} and {@code /auth/verify-email/resend} (contract section 6). */
final class VerifyEmailResource {

    /** Users come to verify their email from signing in as well as from signing up. */
    private static final List<String> OPT_INS = List.of(PasswordsFactory.SIGN_IN, SignUpFactory.ID);

    /** {@code {token}} → 204. */
    Reply verify(Exchange call) {
        call.record().event(EventType.VERIFY_EMAIL);
        call.record().byStranger();
        call.cors().allow(() -> origins(call.session(), call.realm()));
        Limits.byAddress(call);
        String token = call.json().text("token");
        MailedTokens tokens = new MailedTokens(call.session(), call.realm());
        MailedTokens.Mailed mailed =
                tokens.email(token).orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "verify_token"));
        ClientModel client = client(call.realm(), mailed.clientId())
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "verify_token"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        call.record().recognised();
        call.record().client(client.getClientId());
        call.record().user(mailed.userId());
        call.record().put("userId", mailed.userId());
        if (!tokens.useUp(mailed) || !VerifiedEmail.mark(call.session(), mailed)) {
            throw Refusal.of(Fault.UNAUTHORIZED, "token_used");
        }
        return Reply.noContent();
    }

    /** {@code {client_id, email}} → 202, whoever has the address or has not; nobody is looked up before it (T29). */
    Reply resend(Exchange call) {
        call.record().byStranger();
        call.cors().allow(() -> origins(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        ClientModel client = client(call.realm(), body.text("client_id"))
                .orElseThrow(() -> Refusal.badInput("`client_id` is not known", "unknown_client"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        call.record().client(client.getClientId());
        String email = EmailAddress.of(body.text("email"));
        call.record().put("targetEmail", email);
        Limits.byClient(call, client.getClientId());
        Limits.byAddressAndTarget(call, email);
        Accepted.requireMails(call.session());
        Limits.withinMails(
                call,
                Limits.Mail.VERIFICATION,
                email,
                () -> AfterAnswer.run(
                        call.session(), "verify-email-mail", fresh -> new MailToOwner(fresh, client.getId())
                                .verification(email)));
        return Accepted.mailOnItsWay();
    }

    static Set<String> origins(KeycloakSession session, RealmModel realm) {
        return OPT_INS.stream()
                .flatMap(capability -> OptedInClients.origins(session, realm, capability).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<ClientModel> client(RealmModel realm, String clientId) {
        return OPT_INS.stream()
                .flatMap(capability -> OptedInClients.find(realm, clientId, capability).stream())
                .findFirst();
    }
}
