package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.Session;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * {@code POST /auth/google} (contract section 5): a Google or Firebase ID token signs its user in at a client that has opted
 * in to {@value #CAPABILITY}. Answers as sign-in does.
 */
final class SocialResource {

    static final String CAPABILITY = "google";

    /** {@code {id_token, client_id, nonce?}} → the session. */
    Reply signIn(Exchange call) {
        call.record().event(EventType.IDENTITY_PROVIDER_LOGIN);
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(origins(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        String idToken = body.text("id_token");
        ClientModel client = clients.find(body.text("client_id"), CAPABILITY)
                .orElseThrow(() -> Refusal.badInput("`client_id` is not known", "unknown_client"));
        call.cors().allow(ClientOrigins.of(call.session(), client));
        ForeignToken token = believe(call, idToken, Expect.idToken(body.optionalText("nonce")));
        Limits.byTarget(call, token.trust().issuer() + ' ' + token.foreignId());
        UpsertUser.Upserted upserted = new UpsertUser(call.session(), call.realm()).upsert(token);
        SessionTokens.Issued issued = new ExternalSessions(call.session(), call.realm())
                .start(client, upserted.user(), token, call.address());
        ExternalUsersResource.record(call, client, token, upserted);
        return Reply.ok(
                Session.of(upserted.user(), new Memberships(call.session(), call.realm()).of(upserted.user()), issued));
    }

    private static ForeignToken believe(Exchange call, String idToken, Expect expect) {
        try {
            return BelieveToken.of(call).verified(idToken, expect);
        } catch (Rejection rejection) {
            throw Refusal.of(Fault.UNAUTHORIZED, "token_" + rejection.check().word());
        }
    }

    /** Of every client that has opted in. */
    static Set<String> origins(KeycloakSession session, RealmModel realm) {
        return OptedInClients.of(session, realm, CAPABILITY)
                .flatMap(client -> ClientOrigins.of(session, client).stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
