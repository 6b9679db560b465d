package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.ClientModel;

/** {@code GET …/mint/cookie-keys?client_id=}: what an app's cookie-parser needs. Needs {@code manage-realm}. */
final class CookieKeysResource {

    /** @param keys the first signs; cookies that the others signed are still taken */
    private record Keys(
            @JsonProperty("client_id") String clientId,
            @JsonProperty("cookie_name") String cookieName,
            List<String> keys) {
        @Override
        public String toString() {
            return "Keys[" + clientId + "]";
        }
    }

    Reply export(Exchange call) {
        call.admin().requireManageRealm();
        String clientId = call.query()
                .text("client_id")
                .orElseThrow(() -> Refusal.badInput("`client_id` is required", "missing_client_id"));
        ClientModel client = Optional.ofNullable(call.realm().getClientByClientId(clientId))
                .filter(GatewayClients::contain)
                .orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_client"));
        String name = SignedCookie.name(call.realm()).orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "cookie_name"));
        Keys keys = new Keys(clientId, name, SignedCookie.keys(call.session(), client));
        call.record().put("caller", clientId);
        call.admin().leaveEvent(call.session(), OperationType.ACTION, "COOKIE_KEY", Map.of("client_id", clientId));
        return Reply.ok(keys);
    }
}
