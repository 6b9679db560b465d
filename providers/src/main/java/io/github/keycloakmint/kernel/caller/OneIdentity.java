package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The explicit credentials of a call beside the one that its door takes. They have to be good, and of the same identity
 * (contract section 8), as at the gateway: a proxy or a log before the server may have gone by any of them.
 */
public final class OneIdentity {

    /** The header that some of token-for-email's apps send a token in. */
    public static final String TOKEN_HEADER = "token";

    /** @param act who acts, where it is not the user himself (RFC 8693 section 4.1) */
    private record Who(String userId, @Nullable Object act) {
        static Who of(BearerToken bearer) {
            return new Who(
                    bearer.user().getId(), bearer.token().getOtherClaims().get("act"));
        }

        static Who of(ApiKey key) {
            return new Who(key.subject().getId(), key.actor().orElse(null));
        }
    }

    private final List<Who> others;

    private OneIdentity(List<Who> others) {
        this.others = others;
    }

    /**
     * Those beside the token in {@code Authorization}. To be asked before that token is: Keycloak's context speaks of the one
     * that was checked last.
     *
     * @throws Refusal 401 where one of them is not good now, 429 for a key over its limit
     */
    public static OneIdentity besideBearer(Exchange call) {
        List<Who> others = new ArrayList<>();
        if (!call.headers(ApiKeys.HEADER).isEmpty()) {
            others.add(Who.of(ShownKey.good(call)));
        }
        tokenHeader(call).ifPresent(others::add);
        return new OneIdentity(others);
    }

    /**
     * Those beside a key.
     *
     * @throws Refusal 401 where one of them is not good now
     */
    static OneIdentity besideKey(Exchange call) {
        List<Who> others = new ArrayList<>();
        if (!call.headers(HttpHeaders.AUTHORIZATION).isEmpty()) {
            String header = call.headers(HttpHeaders.AUTHORIZATION).get(0);
            others.add(Who.of(
                    BearerToken.of(call.session()).orElseThrow(() -> BadToken.authorized(header, "bearer_token"))));
        }
        tokenHeader(call).ifPresent(others::add);
        return new OneIdentity(others);
    }

    /** The same token in both places is one credential: a proof (RFC 9449) would be good only once. */
    private static Optional<Who> tokenHeader(Exchange call) {
        List<String> sent = call.headers(TOKEN_HEADER);
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        if (sent.size() > 1) {
            throw bad("two_tokens");
        }
        boolean again = call.headers(HttpHeaders.AUTHORIZATION).stream()
                .map(header -> header.substring(header.indexOf(' ') + 1))
                .anyMatch(sent.get(0)::equals);
        return again
                ? Optional.empty()
                : Optional.of(Who.of(BearerToken.of(call.session(), sent.get(0))
                        .orElseThrow(() -> BadToken.refused(sent.get(0), "token"))));
    }

    /** @throws Refusal 403 where one of them is somebody else's */
    public void require(BearerToken bearer) {
        require(Who.of(bearer));
    }

    /** @throws Refusal 403 where one of them is somebody else's */
    void require(ApiKey key) {
        require(Who.of(key));
    }

    private void require(Who who) {
        if (!others.stream().allMatch(other -> Objects.equals(other, who))) {
            throw Refusal.of(AmbiguousCredentials.AMBIGUOUS_CREDENTIALS, "two_identities");
        }
    }

    private static Refusal bad(String cause) {
        return Refusal.bearer(Optional.empty(), true, cause);
    }
}
