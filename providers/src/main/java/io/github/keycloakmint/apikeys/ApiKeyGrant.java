package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.BundleGrant;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/** Marks tokens made from API keys, and gives them at Keycloak's token endpoint for the parameter {@value #PARAMETER}. */
final class ApiKeyGrant extends BundleGrant {

    static final String ID = PREFIX + "api-key";

    /** The claim that names the key. */
    static final String KEY = "key_id";

    static final String ACCOUNT = "account_id";

    /** The claim that says from which of the key's secrets the token was made. */
    static final String VERSION = "key_version";

    private static final String PARAMETER = "api_key";

    private final boolean active;

    ApiKeyGrant(boolean active) {
        this.active = active;
    }

    @Override
    protected Optional<Redeemed> redeemed(KeycloakSession session) {
        return Optional.of(new Redeemed(PARAMETER, new KeyRedemption(session, active)));
    }

    /** A token lives while its key and the secret that it was made from do, for the same subject and the same account (T5, T6). */
    @Override
    public Optional<String> objection(KeycloakSession session, AccessToken token, UserModel user) {
        return key(session, token)
                .filter(key -> key.subject().getId().equals(user.getId()))
                .filter(key -> key.account()
                        .map(ApiKey.Account::id)
                        .equals(Optional.ofNullable(token.getOtherClaims().get(ACCOUNT))))
                .filter(key -> optedIn(session, token))
                .filter(key -> audience(session, token).isPresent())
                .map(key -> Optional.<String>empty())
                .orElse(Optional.of("api_key"));
    }

    @Override
    public Optional<String> objectionAt(KeycloakSession session, AccessToken token, String address) {
        return origin(token)
                        .filter(origin ->
                                ApiKeys.of(session).reaches(session.getContext().getRealm(), origin, address))
                        .isPresent()
                ? Optional.empty()
                : Optional.of("address");
    }

    /** Of the token's client, which need not be the key's own: {@link ApiKeys#live} asks that. */
    private static boolean optedIn(KeycloakSession session, AccessToken token) {
        return Optional.ofNullable(session.getContext().getRealm().getClientByClientId(token.getIssuedFor()))
                .filter(client -> OptedInClients.names(client, ApiKeysCapability.ID))
                .isPresent();
    }

    /** No mass revocation has tokens of keys alone: they go with their keys. */
    @Override
    public boolean withdrawn(KeycloakSession session, String clientId, String userId, long issuedAt) {
        return false;
    }

    /** Role and permissions as they are now; never more permissions than the token was issued with. */
    @Override
    public Map<String, Object> live(KeycloakSession session, AccessToken token, UserModel user) {
        ApiKey key = key(session, token).orElseThrow(ApiKeyGrant::objected);
        ClientModel audience = audience(session, token).orElseThrow(ApiKeyGrant::objected);
        Set<String> issued = permissions(token);
        Object account = IssueKeyToken.orNull(key.account().map(ApiKey.Account::id));
        return Map.of(
                ACCOUNT,
                account,
                "team_id",
                account,
                "role",
                IssueKeyToken.orNull(key.account().flatMap(ApiKey.Account::role)),
                "permissions",
                key.permissions(audience).stream().filter(issued::contains).toList());
    }

    /** The subject of an account's key is a member of nothing. */
    @Override
    public boolean saysItsAccount() {
        return true;
    }

    private static IllegalStateException objected() {
        return new IllegalStateException("a token that was objected to has no claims");
    }

    private static Optional<ApiKey> key(KeycloakSession session, AccessToken token) {
        return origin(token)
                .flatMap(origin -> ApiKeys.of(session).live(session.getContext().getRealm(), origin));
    }

    private static Optional<ApiKeys.Origin> origin(AccessToken token) {
        return token.getOtherClaims().get(KEY) instanceof String id
                        && token.getOtherClaims().get(VERSION) instanceof String version
                ? Optional.of(new ApiKeys.Origin(id, version))
                : Optional.empty();
    }

    /** The one audience, where the token's client may still ask for it. */
    private static Optional<ClientModel> audience(KeycloakSession session, AccessToken token) {
        String[] audience = Optional.ofNullable(token.getAudience()).orElse(new String[0]);
        return audience.length == 1
                ? Optional.ofNullable(session.getContext().getRealm().getClientByClientId(token.getIssuedFor()))
                        .flatMap(client -> Audiences.find(client, audience[0]))
                : Optional.empty();
    }

    private static Set<String> permissions(AccessToken token) {
        return token.getOtherClaims().get("permissions") instanceof List<?> permissions
                ? permissions.stream().map(String::valueOf).collect(Collectors.toSet())
                : Set.of();
    }
}
