package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.databind.node.NullNode;
import io.github.keycloakmint.kernel.keycloak.ClaimMapper;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import java.util.Optional;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * A claim about the account that a session is for. Without a membership the claim is there and says so: it never falls back
 * to a role that the user has outside of accounts (T7).
 */
abstract class SessionAccountClaim extends ClaimMapper {

    private final String claim;

    SessionAccountClaim(String claim) {
        super(claim);
        this.claim = claim;
    }

    abstract Optional<Object> of(Memberships.Membership membership);

    Object without() {
        return NullNode.getInstance();
    }

    @Override
    protected final Optional<Object> value(
            KeycloakSession session, UserModel user, AuthenticatedClientSessionModel clientSession) {
        return Optional.of(SessionAccount.of(session, user, clientSession, introspected(session))
                .flatMap(this::of)
                .orElseGet(this::without));
    }

    @Override
    public final String getId() {
        return "mint-account-" + claim.replace('_', '-') + "-mapper";
    }

    @Override
    public final String getDisplayType() {
        return "Account: " + claim;
    }

    /** {@code account_id} and {@code team_id}: the organization's id. */
    abstract static class Id extends SessionAccountClaim {

        Id(String claim) {
            super(claim);
        }

        @Override
        final Optional<Object> of(Memberships.Membership membership) {
            return Optional.of(membership.accountId());
        }

        @Override
        public final String getHelpText() {
            return "The id of the organization that the session was started for, else of the one with the user's highest role;"
                    + " null for a user without one.";
        }
    }
}
