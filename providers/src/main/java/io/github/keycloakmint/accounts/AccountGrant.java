package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.databind.node.NullNode;
import io.github.keycloakmint.kernel.keycloak.BundleGrant;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.NarrowTokens;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/** Marks account tokens. */
final class AccountGrant extends BundleGrant {

    static final String ID = PREFIX + "account-token";

    /** A token lives while its parent does and its user is a member of its account (T5, T33). */
    @Override
    public Optional<String> objection(KeycloakSession session, AccessToken token, UserModel user) {
        return NarrowTokens.orphaned(session, token).or(() -> {
            Optional<Memberships.Membership> membership = membership(session, token, user);
            membership.ifPresent(found -> SessionAccount.settle(session, user, found));
            return membership.isPresent() ? Optional.empty() : Optional.of("account_or_audience");
        });
    }

    /** No mass revocation has account tokens alone: they go with their parents, of which notBefore and sign-out dispose. */
    @Override
    public boolean withdrawn(KeycloakSession session, String clientId, String userId, long issuedAt) {
        return false;
    }

    /** Role and permissions as they are now; never more permissions than the token was issued with. */
    @Override
    public Map<String, Object> live(KeycloakSession session, AccessToken token, UserModel user) {
        return membership(session, token, user)
                .<Map<String, Object>>map(membership -> Map.of(
                        "role",
                        membership.role().<Object>map(role -> role).orElse(NullNode.getInstance()),
                        "permissions",
                        IssueAccountToken.cut(membership.permissions(), permissions(token))))
                .orElseThrow(() -> new IllegalStateException("a token that was objected to has no claims"));
    }

    private static Set<String> permissions(AccessToken token) {
        return token.getOtherClaims().get("permissions") instanceof List<?> permissions
                ? permissions.stream().map(String::valueOf).collect(Collectors.toSet())
                : Set.of();
    }

    private static Optional<Memberships.Membership> membership(
            KeycloakSession session, AccessToken token, UserModel user) {
        RealmModel realm = session.getContext().getRealm();
        String[] audience = Optional.ofNullable(token.getAudience()).orElse(new String[0]);
        return audience.length == 1 && token.getOtherClaims().get("account_id") instanceof String account
                ? Optional.ofNullable(realm.getClientByClientId(audience[0]))
                        .filter(ClientModel::isEnabled)
                        .flatMap(client -> new Memberships(session, realm).in(user, account, client))
                        // by id alone: an alias is free again when its organization is gone
                        .filter(membership -> membership.accountId().equals(account))
                : Optional.empty();
    }
}
