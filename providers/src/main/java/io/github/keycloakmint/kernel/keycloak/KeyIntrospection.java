package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.http.DoorFactory;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.services.Urls;

/**
 * Keycloak's introspection endpoint (RFC 7662) asked about an API key. Keycloak has authenticated the client, which is no
 * public one. It learns of the key what is its own business: the key's permissions that are roles of it. A client of which
 * the key has none is told what it would be told of a key that never was.
 *
 * <p>It is a use of the key as at every other door, with the asking client's address: a key that is bound to addresses can't
 * be passed on by somebody who is at none of them.
 */
final class KeyIntrospection implements TokenIntrospectionProvider {

    /** As {@code token_type_hint}, and as {@code token_type} of the answer. */
    static final String TYPE = "api_key";

    private final KeycloakSession session;
    private final RealmModel realm;

    KeyIntrospection(KeycloakSession session) {
        this.session = session;
        this.realm = session.getContext().getRealm();
    }

    /** Whatever is hinted at (RFC 7662 section 2.1: a hint that is wrong changes nothing), a key is asked about here. */
    static Optional<Response> of(KeycloakSession session, @Nullable String token, EventBuilder event) {
        return token != null && token.startsWith(ApiKeys.PREFIX)
                ? Optional.of(new KeyIntrospection(session).introspect(token, event))
                : Optional.empty();
    }

    @Override
    public Response introspect(String token, EventBuilder event) {
        ClientModel client = session.getContext().getClient();
        event.detail(Details.TOKEN_TYPE, TYPE);
        if (!OptedInClients.names(client, ApiKeys.CAPABILITY) || ReservedClients.contains(client.getClientId())) {
            return inactive(event, "client_not_opted_in");
        }
        return ApiKeys.of(session)
                .show(realm, token, DoorFactory.address(session))
                .as(
                        key -> tell(key, client, event),
                        limited -> inactive(event, "limit"),
                        refused -> inactive(event, refused.reason()));
    }

    private Response tell(ApiKey key, ClientModel client, EventBuilder event) {
        event.detail("keyId", key.id()).user(key.subject());
        List<String> permissions = key.permissions(client);
        if (permissions.isEmpty()) {
            return inactive(event, "client_not_in_audience");
        }
        event.success();
        return answer(claims(key, client, permissions));
    }

    private static Response inactive(EventBuilder event, String reason) {
        event.detail(Details.REASON, reason);
        event.error(Errors.INVALID_TOKEN);
        return answer(Map.of("active", false));
    }

    private Map<String, Object> claims(ApiKey key, ClientModel audience, List<String> permissions) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("active", true);
        claims.put("iss", Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        claims.put("sub", key.subject().getId());
        claims.put("aud", audience.getClientId());
        claims.put("client_id", key.client().getClientId());
        claims.put("token_type", TYPE);
        key.expiresAt().ifPresent(expires -> claims.put("exp", expires));
        claims.put("key_id", key.id());
        @Nullable String account = key.account().map(ApiKey.Account::id).orElse(null);
        claims.put("account_id", account);
        claims.put("team_id", account);
        claims.put("role", key.account().flatMap(ApiKey.Account::role).orElse(null));
        claims.put("permissions", permissions);
        key.actor().ifPresent(act -> claims.put("act", act));
        return claims;
    }

    private static Response answer(Map<String, Object> claims) {
        return Response.ok(claims, MediaType.APPLICATION_JSON_TYPE).build();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
