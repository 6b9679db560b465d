package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.http.EvenTime;
import io.github.keycloakmint.kernel.keycloak.NarrowingExchange;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.TokenAnswer;
import io.github.keycloakmint.kernel.keycloak.TokenRefused;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;

/**
 * Account tokens the standard way: token exchange (RFC 8693) at Keycloak's token endpoint with the parameter {@value
 * #ACCOUNT}. Rules and result are those of the endpoint of its own.
 */
final class AccountExchange extends NarrowingExchange {

    static final String ACCOUNT = "account_id";

    /** A public client can't be told from whoever copies its id, so its admin has to want it. */
    private static final String PUBLIC = "mint.exchange.public";

    private static final EvenTime EVENLY = new EvenTime();

    private final KeycloakSession session;
    private final boolean active;
    private final long startedNanos = System.nanoTime();

    AccountExchange(KeycloakSession session, boolean active) {
        super(session, ACCOUNT);
        this.session = session;
        this.active = active;
    }

    @Override
    protected boolean offered() {
        return active;
    }

    @Override
    protected void admit(ClientModel client) {
        boolean opted = OptedInClients.find(client.getRealm(), client.getClientId(), AccountsFactory.ID)
                .isPresent();
        if (!opted || (client.isPublicClient() && !"true".equals(client.getAttribute(PUBLIC)))) {
            throw unauthorizedClient();
        }
    }

    private static TokenRefused unauthorizedClient() {
        return new TokenRefused(400, "unauthorized_client", "Client not allowed to exchange", "client_not_opted_in");
    }

    @Override
    protected TokenAnswer narrow(Asked asked) {
        AccountTokenRequest request = new AccountTokenRequest(
                asked.value(), target(asked), asked.scope().map(AccountTokenRequest::permissions));
        try {
            AccountToken token = new IssueAccountToken(session, asked.client().getRealm())
                    .issue(asked.subject(), asked.client(), request);
            if (request.scope().isPresent() && token.permissions().isEmpty()) {
                throw new TokenRefused(400, "invalid_scope", "None of the scope is a permission of the user", "scope");
            }
            return new TokenAnswer(token.issued(), asked.subject().user(), members(token), details(token));
        } catch (NoNarrowToken refused) {
            throw switch (refused.reason()) {
                case CLIENT -> unauthorizedClient();
                case AUDIENCE ->
                    new TokenRefused(400, "invalid_target", "The audience is not allowed", "audience_not_allowed");
                case ACCOUNT -> {
                    EVENLY.await(startedNanos);
                    yield new TokenRefused(
                            403, "access_denied", "Insufficient permissions for this resource", "account");
                }
                case TOO_MANY -> new TokenRefused(400, "invalid_scope", refused.text(), "too_many_permissions");
            };
        }
    }

    private static Map<String, String> details(AccountToken token) {
        return Map.of("accountId", token.accountId(), "audience", token.audience(), "parent", token.parent());
    }

    private static String target(Asked asked) {
        Set<String> targets = asked.targets().stream().collect(Collectors.toSet());
        if (targets.size() != 1) {
            throw TokenRefused.invalid("Exactly one audience or resource is required", "audience");
        }
        return targets.iterator().next();
    }

    private static Map<String, Object> members(AccountToken token) {
        Map<String, Object> members = new HashMap<>();
        members.put("account_id", token.accountId());
        members.put("audience", token.audience());
        members.put("role", token.role().orElse(null));
        members.put("permissions", token.permissions());
        return members;
    }
}
