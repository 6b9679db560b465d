package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.stream.StreamSupport;
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

    private static final String AUDIENCES = "mint.google-audiences";

    /** {@code {id_token, client_id, nonce?}} → the session. */
    Reply signIn(Exchange call) {
        call.record().event(EventType.IDENTITY_PROVIDER_LOGIN);
        call.record().byStranger();
        ExternalClients clients = new ExternalClients(call.session(), call.realm());
        call.cors().allow(() -> origins(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        String idToken = body.text("id_token");
        ClientModel client = clients.find(body.text("client_id"), CAPABILITY)
                .orElseThrow(() -> Refusal.badInput("`client_id` is not known", "unknown_client"));
        call.cors().allow(() -> ClientOrigins.exact(call.session(), client));
        Limits.byClient(call, client.getClientId());
        ForeignToken token = believe(call, idToken, Expect.idToken(body.optionalText("nonce")));
        requireMeantFor(client, token);
        Limits.byTarget(call, token.trust().issuer(), token.foreignId());
        UpsertUser.Upserted upserted = ExternalUsersResource.upsert(call, client, token);
        SessionTokens.Issued issued = new ExternalSessions(call.session(), call.realm())
                .start(client, upserted.user(), token, call.address());
        return Reply.ok(
                Session.of(upserted.user(), new Memberships(call.session(), call.realm()).of(upserted.user()), issued));
    }

    /**
     * A token that was issued to one app must not open another: it is for the client that the provider names, or for one that
     * lists the token's audience in {@value #AUDIENCES}.
     */
    private static void requireMeantFor(ClientModel client, ForeignToken token) {
        boolean named = token.trust().clientId().equals(client.getClientId());
        JsonNode aud = token.claims().path("aud");
        boolean listed = ExternalClients.listed(
                client,
                AUDIENCES,
                audiences -> audiences.contains(aud.asText())
                        || StreamSupport.stream(aud.spliterator(), false)
                                .anyMatch(each -> audiences.contains(each.asText())));
        if (!(named || listed) || !ExternalClients.accepts(client, token.trust())) {
            throw Refusal.of(Fault.UNAUTHORIZED, "audience_of_another_client");
        }
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
        return ClientOrigins.exact(OptedInClients.origins(session, realm, CAPABILITY));
    }
}
