package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.databind.node.NullNode;
import io.github.keycloakmint.kernel.caller.NoNarrowToken;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.PermissionLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Issues a token for one account and one audience to the holder of a session's token. Membership, role and permissions are
 * read now; nothing is stored.
 */
final class IssueAccountToken {

    private final KeycloakSession session;
    private final RealmModel realm;

    IssueAccountToken(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * @param parent the session's token
     * @param client that asks, and becomes the token's {@code azp}
     */
    AccountToken issue(BearerToken parent, ClientModel client, AccountTokenRequest request) {
        if (OptedInClients.find(realm, client.getClientId(), AccountsFactory.ID).isEmpty()) {
            throw new NoNarrowToken(NoNarrowToken.Reason.CLIENT);
        }
        ClientModel audience = Audiences.find(client, request.audience())
                .orElseThrow(() -> new NoNarrowToken(NoNarrowToken.Reason.AUDIENCE));
        Memberships.Membership membership = new Memberships(session, realm)
                .in(parent.user(), request.account(), audience)
                .orElseThrow(() -> new NoNarrowToken(NoNarrowToken.Reason.ACCOUNT));
        List<String> permissions = request.scope()
                .map(scope -> cut(membership.permissions(), scope))
                .orElse(membership.permissions());
        PermissionLimit.excess(realm, permissions).ifPresent(text -> {
            throw new NoNarrowToken(NoNarrowToken.Reason.TOO_MANY, text);
        });
        SessionAccount.settle(session, parent.user(), membership);
        NarrowTokens.Issued issued = NarrowTokens.issue(
                session,
                new NarrowTokens.Order(
                        AccountGrant.ID, client, parent, audience.getClientId(), claims(membership, permissions)));
        return new AccountToken(
                issued,
                parent.user().getId(),
                membership.accountId(),
                audience.getClientId(),
                membership.role(),
                permissions,
                parent.token().getId());
    }

    static List<String> cut(List<String> permissions, Set<String> to) {
        return permissions.stream().filter(to::contains).toList();
    }

    private static Map<String, Object> claims(Memberships.Membership membership, List<String> permissions) {
        Map<String, Object> claims = new HashMap<>();
        claims.put("account_id", membership.accountId());
        claims.put("team_id", membership.accountId());
        claims.put("role", membership.role().<Object>map(role -> role).orElse(NullNode.getInstance()));
        claims.put("permissions", permissions);
        // as OrganizationMembershipMapper writes it for one organization
        claims.put("organization", List.of(membership.alias()));
        return claims;
    }
}
