package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.keycloak.Memberships;
import java.util.Optional;

/** Puts the claim {@code role} into tokens, where an admin adds it to a client or a scope. */
public final class RoleClaim extends SessionAccountClaim {

    public RoleClaim() {
        super("role");
    }

    @Override
    Optional<Object> of(Memberships.Membership membership) {
        return membership.role().map(role -> role);
    }

    @Override
    public String getHelpText() {
        return "The name of the user's group in the account that the session is for; null for a user without an account."
                + " Never a realm role.";
    }
}
