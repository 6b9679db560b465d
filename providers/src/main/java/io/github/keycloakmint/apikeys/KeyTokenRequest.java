package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.http.Members;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request for a token made from a key; whatever is left out is the key's own.
 *
 * @param scope permissions that the token is cut to
 */
record KeyTokenRequest(Optional<String> audience, Optional<String> account, Optional<Set<String>> scope) {

    /** @throws io.github.keycloakmint.kernel.http.Refusal 400 naming the member that is malformed */
    static KeyTokenRequest of(Members body) {
        return new KeyTokenRequest(
                body.optionalTextOrNull("audience"),
                body.optionalTextOrNull("account_id"),
                body.optionalTextOrNull("scope").map(KeyTokenRequest::permissions));
    }

    /** In the name of the client through which the key was made. */
    ApiKeys.Ask of(ApiKey key) {
        return new ApiKeys.Ask(key.client(), audience, account, scope);
    }

    /** RFC 6749 section 3.3: separated by blanks. */
    static Set<String> permissions(String scope) {
        return Arrays.stream(scope.split(" ", -1))
                .filter(permission -> !permission.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
