package io.github.keycloakmint.apikeys;

import com.fasterxml.jackson.databind.node.NullNode;
import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.http.DoorFactory;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.PermissionLimit;
import io.github.keycloakmint.kernel.keycloak.SenderConstraint;
import io.github.keycloakmint.kernel.keycloak.TokenIssuer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Makes a token from a key that is good now (T34). No session, nothing stored: the token names its key, ends with it, and is
 * asked about it wherever it is shown.
 */
final class IssueKeyToken {

    private final KeycloakSession session;
    private final RealmModel realm;

    IssueKeyToken(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** @throws NoNarrowToken when {@code ask} is for what the key does not give */
    ApiKeys.Token issue(ApiKey key, ApiKeys.Ask ask) {
        ClientModel client = ask.client();
        if (OptedInClients.find(realm, client.getClientId(), ApiKeysCapability.ID)
                        .isEmpty()
                || !SenderConstraint.met(session, client)) {
            throw new NoNarrowToken(NoNarrowToken.Reason.CLIENT);
        }
        ClientModel audience = ask.audience()
                .map(asked -> Audiences.find(client, asked))
                .orElseGet(() -> Audiences.only(client))
                .orElseThrow(() -> new NoNarrowToken(NoNarrowToken.Reason.AUDIENCE));
        if (!ask.account().map(asked -> of(key, asked)).orElse(true)) {
            throw new NoNarrowToken(NoNarrowToken.Reason.ACCOUNT);
        }
        List<String> permissions = key.permissions(audience).stream()
                .filter(permission ->
                        ask.scope().map(scope -> scope.contains(permission)).orElse(true))
                .toList();
        PermissionLimit.excess(realm, permissions).ifPresent(text -> {
            throw new NoNarrowToken(NoNarrowToken.Reason.TOO_MANY, text);
        });
        TokenIssuer.Issued issued = TokenIssuer.issue(
                session,
                realm,
                new TokenIssuer.Order(
                        ApiKeyGrant.ID,
                        client,
                        key.subject(),
                        DoorFactory.address(session),
                        TokenIssuer.Life.ofClient(Optional.of(end(key))),
                        TokenIssuer.Width.OF_AUDIENCE,
                        Optional.of(audience.getClientId()),
                        claims(key, permissions)));
        return new ApiKeys.Token(told(issued), audience.getClientId(), key, permissions);
    }

    /** The client's setting is made for sessions, which have no limit of their own to outlive. */
    private long end(ApiKey key) {
        long latest = Time.currentTimeSeconds() + TokenLife.seconds(realm);
        return key.expiresAt().map(end -> Math.min(end, latest)).orElse(latest);
    }

    /** By id or alias. Of a key without an account none: it may what its owner may outside of all of them. */
    private static boolean of(ApiKey key, String account) {
        return key.account()
                .map(own -> own.id().equals(account) || own.alias().equals(account))
                .orElse(false);
    }

    private static NarrowTokens.Issued told(TokenIssuer.Issued issued) {
        return new NarrowTokens.Issued(
                issued.token(), issued.jti(), issued.type(), issued.expiresAt() - issued.issuedAt(), issued.scope());
    }

    /**
     * Those of an account are there without one too, and say so: where a mapper of the client writes them, it writes what its
     * user's sessions are about.
     */
    private static Map<String, Object> claims(ApiKey key, List<String> permissions) {
        Map<String, Object> claims = new HashMap<>();
        claims.put(ApiKeyGrant.KEY, key.id());
        claims.put(ApiKeyGrant.VERSION, key.version());
        claims.put("permissions", permissions);
        claims.put(ApiKeyGrant.ACCOUNT, orNull(key.account().map(ApiKey.Account::id)));
        claims.put("team_id", orNull(key.account().map(ApiKey.Account::id)));
        claims.put("role", orNull(key.account().flatMap(ApiKey.Account::role)));
        // as OrganizationMembershipMapper writes it for one organization
        key.account().ifPresent(account -> claims.put("organization", List.of(account.alias())));
        key.actor().ifPresent(act -> claims.put("act", act));
        return claims;
    }

    static Object orNull(Optional<String> value) {
        return value.<Object>map(text -> text).orElse(NullNode.getInstance());
    }
}
