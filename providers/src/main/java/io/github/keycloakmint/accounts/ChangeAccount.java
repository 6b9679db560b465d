package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Makes, renames and ends accounts. */
final class ChangeAccount {

    private final KeycloakSession session;
    private final AccountCaller caller;

    ChangeAccount(KeycloakSession session, AccountCaller caller) {
        this.session = session;
        this.caller = caller;
    }

    /** Returns the new account's id. The user's row is held, or calls at once would get past his limit. */
    String create(String name) {
        return HeldAccount.settled(() -> FreshTransaction.run(session, fresh -> {
            RealmModel realm = fresh.getContext().getRealm();
            if (!Accounts.selfMade(realm)) {
                throw Refusal.of(Fault.FORBIDDEN, "accounts_are_made_by_admins");
            }
            UserModel owner = UserRow.lock(fresh, realm, caller.id())
                    .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "user_is_gone"));
            Accounts accounts = new Accounts(fresh, realm);
            if (accounts.full(owner)) {
                throw Refusal.of(AccountConflict.TOO_MANY_ACCOUNTS, "too_many_accounts");
            }
            if (accounts.crowded(owner)) {
                throw Refusal.of(AccountConflict.TOO_MANY_MEMBERSHIPS, "too_many_memberships");
            }
            return accounts.create(name, owner).getId();
        }));
    }

    /** Returns the account's id. Its alias stays, since links and scopes have it. */
    String rename(Optional<String> account, String name) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            held.requireSay();
            new Accounts(held.session(), held.realm()).rename(held.account(), name);
            return held.id();
        });
    }

    /**
     * Returns the id that the account had. Its users stay, every one of them: Keycloak deletes the managed members of an
     * organization with it, and lets its identity providers loose on the whole realm
     * (JpaOrganizationProvider.remove), so an account that has either is for admins to end; and one that they gave a
     * platform or domains, which would go with it.
     */
    String delete(Optional<String> account) {
        return HeldAccount.change(session, account, caller.id(), held -> {
            held.requireSayOver(Optional.of(AccountRoles.OWNER));
            if (held.members().hasManaged()
                    || held.members().hasIdentityProvider()
                    || new Accounts(held.session(), held.realm()).tied(held.account())) {
                throw Refusal.of(AccountConflict.MANAGED_ACCOUNT, "managed_account");
            }
            held.members().removeAccount();
            return held.id();
        });
    }
}
