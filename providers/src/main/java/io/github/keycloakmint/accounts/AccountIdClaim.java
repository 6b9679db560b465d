package io.github.keycloakmint.accounts;

/** Puts the claim {@code account_id} into tokens, where an admin adds it to a client or a scope. */
public final class AccountIdClaim extends SessionAccountClaim.Id {

    public AccountIdClaim() {
        super("account_id");
    }
}
