package io.github.keycloakmint.apikeys;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.caller.ShownKey;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;

/** {@code POST /api/api-keys/token} (contract section 9): a token made from the key in {@code X-API-KEY}. */
final class KeyTokenResource {

    /** @param accountId null for a key without an account */
    record Answer(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") long expiresIn,
            @JsonProperty("account_id") @Nullable String accountId,
            List<String> permissions) {

        static Answer of(ApiKeys.Token token) {
            return new Answer(
                    token.issued().token(),
                    token.issued().type(),
                    token.issued().expiresIn(),
                    token.from().account().map(ApiKey.Account::id).orElse(null),
                    token.permissions());
        }

        @Override
        public String toString() {
            return "Answer"; // tokens get into no log by accident
        }
    }

    Reply issue(Exchange call) {
        call.record().event(EventType.TOKEN_EXCHANGE);
        call.record().byStranger();
        call.cors().allow(() -> OptedInClients.origins(call.session(), call.realm(), ApiKeysCapability.ID));
        Limits.byAddress(call);
        ApiKey key = ShownKey.of(call);
        call.record().recognised();
        call.cors().allow(() -> ClientOrigins.of(call.session(), key.client()));
        KeyTokenRequest request = KeyTokenRequest.of(call.jsonOrNone());
        Limits.byTarget(call, key.subject().getId());
        try {
            ApiKeys.Token token = ApiKeys.of(call.session()).issue(call.realm(), key, request.of(key));
            call.record().put("accountId", key.account().map(ApiKey.Account::id).orElse(null));
            call.record().put("audience", token.audience());
            call.record().put("jti", token.issued().jti());
            return Reply.ok(Answer.of(token));
        } catch (NoNarrowToken refused) {
            throw refused.atTheEndpoint();
        }
    }
}
