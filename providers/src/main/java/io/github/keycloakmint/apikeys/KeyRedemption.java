package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.http.EvenTime;
import io.github.keycloakmint.kernel.keycloak.Consents;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.Redemption;
import io.github.keycloakmint.kernel.keycloak.TokenAnswer;
import io.github.keycloakmint.kernel.keycloak.TokenRefused;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;

/**
 * Keys at Keycloak's token endpoint, for a client that authenticates there: by the bundle's own grant, and as subject of a
 * token exchange (RFC 8693). Rules and result are those of {@code POST /api/api-keys/token}, with that client as the token's.
 */
final class KeyRedemption implements Redemption {

    /** A public client can't be told from whoever copies its id, so its admin has to want it. */
    private static final String PUBLIC = "mint.exchange.public";

    private static final EvenTime EVENLY = new EvenTime();

    private final KeycloakSession session;
    private final boolean active;
    private final long startedNanos = System.nanoTime();

    KeyRedemption(KeycloakSession session, boolean active) {
        this.session = session;
        this.active = active;
    }

    @Override
    public boolean offered() {
        return active;
    }

    @Override
    public void admit(ClientModel client) {
        boolean opted = OptedInClients.find(client.getRealm(), client.getClientId(), ApiKeysCapability.ID)
                .isPresent();
        if (!opted || (client.isPublicClient() && !"true".equals(client.getAttribute(PUBLIC)))) {
            throw unauthorizedClient();
        }
    }

    private static TokenRefused unauthorizedClient() {
        return new TokenRefused(
                400, "unauthorized_client", "Client not allowed to use API keys", "client_not_opted_in");
    }

    @Override
    public TokenAnswer redeem(Asked asked) {
        ClientModel client = asked.client();
        ApiKey key = good(asked);
        if (!client.getId().equals(key.client().getId()) && !Consents.given(session, key.subject(), client)) {
            throw new TokenRefused(403, "access_denied", "The user has not consented", "consent");
        }
        try {
            Optional<Set<String>> scope = asked.scope().map(KeyTokenRequest::permissions);
            ApiKeys.Token token = ApiKeys.of(session)
                    .issue(client.getRealm(), key, new ApiKeys.Ask(client, target(asked), asked.account(), scope));
            if (scope.isPresent() && token.permissions().isEmpty()) {
                throw new TokenRefused(400, "invalid_scope", "None of the scope is a permission of the key", "scope");
            }
            return new TokenAnswer(token.issued(), key.subject(), members(token), details(token));
        } catch (NoNarrowToken refused) {
            throw refused(refused);
        }
    }

    private ApiKey good(Asked asked) {
        return ApiKeys.of(session)
                .show(asked.client().getRealm(), asked.secret(), asked.address())
                .as(
                        key -> key,
                        limited -> {
                            throw TokenRefused.limited(limited.retryAfter());
                        },
                        refused -> {
                            throw asked.worthless(refused.reason());
                        });
    }

    private static Optional<String> target(Asked asked) {
        Set<String> targets = asked.targets().stream().collect(Collectors.toSet());
        if (targets.size() > 1) {
            throw TokenRefused.invalid("One audience or resource at the most", "audience");
        }
        return targets.stream().findFirst();
    }

    private TokenRefused refused(NoNarrowToken refused) {
        return switch (refused.reason()) {
            case CLIENT -> unauthorizedClient();
            case AUDIENCE ->
                new TokenRefused(400, "invalid_target", "The audience is not allowed", "audience_not_allowed");
            case ACCOUNT -> {
                EVENLY.await(startedNanos);
                yield new TokenRefused(403, "access_denied", "Insufficient permissions for this resource", "account");
            }
            case TOO_MANY -> new TokenRefused(400, "invalid_scope", refused.text(), "too_many_permissions");
        };
    }

    private static Map<String, Object> members(ApiKeys.Token token) {
        Map<String, Object> members = new HashMap<>();
        members.put("account_id", token.from().account().map(ApiKey.Account::id).orElse(null));
        members.put("audience", token.audience());
        members.put("permissions", List.copyOf(token.permissions()));
        return members;
    }

    private static Map<String, String> details(ApiKeys.Token token) {
        Map<String, String> details = new HashMap<>();
        details.put("keyId", token.from().id());
        details.put("audience", token.audience());
        token.from().account().ifPresent(account -> details.put("accountId", account.id()));
        return details;
    }
}
