package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.keycloak.Memberships;
import java.util.List;
import java.util.Optional;

/** Puts the claim {@code permissions} into tokens, where an admin adds it to a client or a scope. */
public final class PermissionsClaim extends SessionAccountClaim {

    public PermissionsClaim() {
        super("permissions");
    }

    @Override
    Optional<Object> of(Memberships.Membership membership) {
        return Optional.of(membership.permissions());
    }

    @Override
    Object without() {
        return List.of();
    }

    @Override
    public String getHelpText() {
        return "What the user may do in the account that the session is for: roles of clients with mint.permissions=true,"
                + " from his groups in that account and mapped to him directly. Sorted; empty for a user without an account.";
    }
}
