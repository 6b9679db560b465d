package io.github.keycloakmint.accounts;

/** Puts the claim {@code team_id} into tokens, where an admin adds it to a client or a scope. */
public final class TeamIdClaim extends SessionAccountClaim.Id {

    public TeamIdClaim() {
        super("team_id");
    }
}
