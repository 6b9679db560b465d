package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.keycloak.AccountMembers;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;

/**
 * An account whose row is held in a transaction of its own, and what the caller is in it: what is asked here is so until the
 * transaction ends.
 */
record HeldAccount(
        KeycloakSession session, OrganizationModel account, AccountMembers members, AccountMembers.Member caller) {

    /**
     * @param name id or alias, where the caller sent what can be one
     * @throws Refusal 403, the same for an account that is not there, disabled, or not the caller's
     */
    static <T> T change(
            KeycloakSession session, Optional<String> name, String callerId, Function<HeldAccount, T> work) {
        return FreshTransaction.insist(
                () -> FreshTransaction.run(session, fresh -> work.apply(hold(fresh, name, callerId))));
    }

    private static HeldAccount hold(KeycloakSession fresh, Optional<String> name, String callerId) {
        RealmModel realm = fresh.getContext().getRealm();
        OrganizationModel account = name.flatMap(given -> new AccountDirectory(fresh, realm).find(given, callerId))
                .flatMap(id -> AccountRow.lock(fresh, realm, id))
                .orElseThrow(HeldAccount::notTheirs);
        AccountMembers members = new AccountMembers(fresh, realm, account);
        AccountMembers.Member caller = members.find(callerId).orElseThrow(HeldAccount::notTheirs);
        return new HeldAccount(fresh, account, members, caller);
    }

    static Refusal notTheirs() {
        return Refusal.of(Fault.FORBIDDEN, "no_such_account_of_the_caller");
    }

    RealmModel realm() {
        return session.getContext().getRealm();
    }

    String id() {
        return account.getId();
    }

    /** @throws Refusal 403 for whoever has no say over members with {@code role} */
    void requireSayOver(Optional<String> role) {
        if (!AccountRoles.rules(caller.role(), role)) {
            throw Refusal.of(Fault.FORBIDDEN, "role");
        }
    }

    /** @throws Refusal 403 for everybody but owners and admins */
    void requireSay() {
        requireSayOver(Optional.empty());
    }

    /** @throws Refusal 400 for a role that the account does not have */
    void requireRole(String role) {
        if (!members.roles().containsKey(role)) {
            throw Refusal.badInput("`role` is not a role of this account", "unknown_role");
        }
    }

    /** @throws Refusal 409 where {@code member}'s going would leave the account without an owner */
    void requireOwnerBeside(AccountMembers.Member member) {
        if (member.role().filter(AccountRoles.OWNER::equals).isPresent() && !members.ownedByAnother(member.userId())) {
            throw Refusal.of(AccountConflict.LAST_OWNER, "last_owner");
        }
    }

    /** @throws Refusal 404 */
    AccountMembers.Member member(Optional<String> userId) {
        return userId.flatMap(members::find).orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_member"));
    }
}
