package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An account token, and what of it is told and recorded.
 *
 * @param role of the user in the account; empty where he is in no group of it
 * @param parent {@code jti} of the session's token that it was made of
 */
record AccountToken(
        NarrowTokens.Issued issued,
        String userId,
        String accountId,
        String audience,
        Optional<String> role,
        List<String> permissions,
        String parent) {

    /** As the endpoint answers it. */
    record Answer(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") long expiresIn,
            @JsonProperty("account_id") String accountId,
            String audience,
            @Nullable String role,
            List<String> permissions) {

        /** Of a token that was made from a key with an account. */
        static Answer of(ApiKeys.Token token) {
            ApiKey.Account account = token.from().account().orElseThrow();
            NarrowTokens.Issued issued = token.issued();
            return new Answer(
                    issued.token(),
                    issued.type(),
                    issued.expiresIn(),
                    account.id(),
                    token.audience(),
                    account.role().orElse(null),
                    token.permissions());
        }

        @Override
        public String toString() {
            return "Answer"; // tokens get into no log by accident
        }
    }

    Answer answer() {
        return new Answer(
                issued.token(), issued.type(), issued.expiresIn(), accountId, audience, role.orElse(null), permissions);
    }
}
