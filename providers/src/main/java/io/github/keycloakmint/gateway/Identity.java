package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/**
 * Who calls, by one credential that is good now.
 *
 * @param kind of the credential: {@code session}, {@code external}, {@code service_account}, {@code minted}, {@code
 *     account}, {@code api_key} (a key, or a token made from one)
 * @param client for which the credential was issued
 * @param act who acts, where it is not the user himself (RFC 8693 section 4.1)
 * @param issuedAt seconds since the epoch; empty for a key, which says when it ends and not when it began
 * @param expiresAt seconds since the epoch; empty: never
 * @param bearer the token; empty where a key was shown
 * @param key the key; empty where a token was shown
 */
record Identity(
        UserModel user,
        String kind,
        ClientModel client,
        @Nullable Object act,
        Optional<Long> issuedAt,
        Optional<Long> expiresAt,
        Optional<BearerToken> bearer,
        Optional<ApiKey> key) {

    private static final String MINTED = "minted";
    private static final String API_KEY = "api_key";

    static Identity of(KeycloakSession session, BearerToken bearer) {
        AccessToken token = bearer.token();
        return new Identity(
                bearer.user(),
                kind(session, bearer),
                bearer.client(),
                token.getOtherClaims().get("act"),
                Optional.ofNullable(token.getIat()),
                Optional.ofNullable(token.getExp()),
                Optional.of(bearer),
                Optional.empty());
    }

    static Identity of(ApiKey key) {
        return new Identity(
                key.subject(),
                API_KEY,
                key.client(),
                key.actor().orElse(null),
                Optional.empty(),
                key.expiresAt(),
                Optional.empty(),
                Optional.of(key));
    }

    private static String kind(KeycloakSession session, BearerToken bearer) {
        Optional<String> grant = bearer.grant(session);
        if (grant.isPresent()) {
            return switch (grant.get()) {
                case "token-for-email" -> MINTED;
                case "account-token" -> "account";
                case "api-key" -> API_KEY;
                default -> grant.get();
            };
        }
        if (bearer.user().getServiceAccountClientLink() != null) {
            return "service_account";
        }
        return bearer.voucher().isPresent() ? "external" : "session";
    }

    /** True for a token that was made for somebody by a service, and says what he is on the platform (T7). */
    boolean minted() {
        return kind.equals(MINTED);
    }

    /** Empty for an address that nobody has shown to be his: an app decides by it (T17, T22). */
    Optional<String> email() {
        return Optional.ofNullable(user.getEmail()).filter(address -> user.isEmailVerified());
    }

    /** The same user, acted for by the same: two credentials of one identity may come together. */
    boolean same(Identity other) {
        return user.getId().equals(other.user.getId()) && Objects.equals(act, other.act);
    }

    @Override
    public String toString() {
        return "Identity[" + kind + ']'; // nothing of the credential gets into a log by accident
    }
}
