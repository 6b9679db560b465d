package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request for an account token.
 *
 * @param account id or alias
 * @param audience client id of the one audience
 * @param scope permissions that the token is cut to; empty: all that the user has
 */
record AccountTokenRequest(String account, String audience, Optional<Set<String>> scope) {

    /** @throws Refusal 400 naming the member that is missing, malformed or in contradiction to another */
    static AccountTokenRequest of(String account, Members body) {
        Optional<String> audience = body.optionalText("audience");
        Optional<String> resource = body.optionalText("resource");
        if (audience.isPresent() && resource.isPresent() && !audience.equals(resource)) {
            throw Refusal.badInput("`audience` and `resource` must not differ", "audience_and_resource");
        }
        String one = audience.or(() -> resource)
                .orElseThrow(() -> Refusal.badInput("`audience` is required", "missing_audience"));
        return new AccountTokenRequest(account, one, body.optionalText("scope").map(AccountTokenRequest::permissions));
    }

    /** As it is asked of a key, in the name of the client through which that was made. */
    ApiKeys.Ask of(ApiKey key) {
        return new ApiKeys.Ask(key.client(), Optional.of(audience), Optional.of(account), scope);
    }

    /** RFC 6749 section 3.3: separated by blanks. */
    static Set<String> permissions(String scope) {
        return Arrays.stream(scope.split(" ", -1))
                .filter(permission -> !permission.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
