package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.Session;
import java.util.Optional;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/** {@code POST /auth/refresh} (contract section 6): a door to Keycloak's refresh grant, whose rules are its own. */
final class RefreshResource {

    /** {@code {refresh_token, client_id?}} → tokens. */
    Reply refresh(Exchange call) {
        call.record().event(EventType.REFRESH_TOKEN);
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.readers(AccessClients.REFRESHED).of(call.session(), call.realm()));
        Limits.byAddress(call);
        Members body = call.json();
        String refreshToken = body.text("refresh_token");
        ClientModel client = client(call.realm(), refreshToken, body.optionalTextOrNull("client_id"))
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "client"));
        call.cors().allow(() -> ClientOrigins.of(call.session(), client));
        call.record().client(client.getClientId());
        Limits.byClient(call, client.getClientId());
        SessionTokens.Issued issued = new SessionTokens(call.session(), call.realm(), client)
                .refreshAtEndpoint(refreshToken)
                // what the refusal ended stays ended: a token that comes twice is the end of its family
                .orElseThrow(() -> Refusal.keeping(Fault.UNAUTHORIZED, "refresh_token"));
        call.record().recognised();
        Issuers.subject(issued.refreshToken()).ifPresent(userId -> {
            call.record().user(userId);
            call.record().put("userId", userId);
        });
        return Reply.ok(Session.Tokens.of(issued));
    }

    /** The one that is named, which has to authenticate if it can; else the one of the token, if it is public (T32). */
    private static Optional<ClientModel> client(RealmModel realm, String refreshToken, Optional<String> named) {
        return named.isPresent()
                ? AccessClients.refreshed(realm, named.get())
                : Issuers.authorizedParty(refreshToken)
                        .flatMap(clientId -> AccessClients.refreshed(realm, clientId))
                        .filter(ClientModel::isPublicClient);
    }
}
