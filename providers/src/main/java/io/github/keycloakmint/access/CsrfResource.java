package io.github.keycloakmint.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Optional;
import org.keycloak.models.ClientModel;

/** {@code GET /auth/csrf?client_id=} (contract section 6). */
final class CsrfResource {

    private record Issued(@JsonProperty("csrf_token") String csrfToken, @JsonProperty("expires_in") int expiresIn) {}

    /** A token for the page that calls, and its cookie; for a caller that is no page a token for such, and no cookie. */
    Reply issue(Exchange call) {
        call.record().quietly();
        call.record().byStranger();
        call.cors().allow(() -> AccessClients.origins(AccessClients.CSRF).of(call.session(), call.realm()));
        Limits.byAddress(call);
        String clientId = call.query()
                .text("client_id")
                .orElseThrow(() -> Refusal.badInput("`client_id` is required", "missing_client_id"));
        ClientModel client = AccessClients.requiredForCsrf(call.realm(), clientId);
        call.cors().allow(() -> ClientOrigins.exact(call.session(), client));
        Limits.byClient(call, client.getClientId());
        return page(call, client).map(page -> toPage(call, client, page)).orElseGet(() -> {
            String token = CsrfToken.issue(call.session(), client, "", CsrfToken.freshNonce());
            return Reply.ok(new Issued(token, CsrfToken.LIFETIME));
        });
    }

    /** The page that calls; one of the server's own origin does without saying so, and has to be allowed as well. */
    private static Optional<String> page(Exchange call, ClientModel client) {
        return call.cors().page().or(() -> call.ownPage()
                .filter(ClientOrigins.exact(call.session(), client)::contains));
    }

    private static Reply toPage(Exchange call, ClientModel client, String page) {
        CsrfCookie cookie = new CsrfCookie(call, client);
        String nonce = cookie.nonce();
        String token = CsrfToken.issue(call.session(), client, page, nonce);
        return Reply.ok(new Issued(token, CsrfToken.LIFETIME)).with(cookie.of(nonce));
    }
}
