package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.keycloak.AccountMembers;
import io.github.keycloakmint.kernel.keycloak.AccountRoles;
import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.Accounts;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * An account whose row is held in a transaction of its own, and what the caller is in it: what is asked here is so until the
 * transaction ends.
 */
record HeldAccount(
        KeycloakSession session, OrganizationModel account, AccountMembers members, AccountMembers.Member caller) {

    private static final Logger LOG = Logger.getLogger(HeldAccount.class);

    /**
     * @param name id or alias, where the caller sent what can be one
     * @throws Refusal 403, the same for an account that is not there, disabled, or not the caller's
     */
    static <T> T change(
            KeycloakSession session, Optional<String> name, String callerId, Function<HeldAccount, T> work) {
        return settled(() -> FreshTransaction.run(session, fresh -> work.apply(hold(fresh, name, callerId))));
    }

    /**
     * {@code work}, where needed more than once.
     *
     * @throws Refusal 500 where a setting of the realm can't be read: nothing is changed, and the log names it
     */
    static <T> T settled(Supplier<T> work) {
        try {
            return FreshTransaction.insist(work);
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            throw Refusal.of(Fault.INTERNAL, "bad_attribute");
        }
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

    /**
     * Holds the row of {@code userId}, who becomes an owner.
     *
     * @throws Refusal 409 where he owns as many accounts as he may
     */
    void requireRoomToOwn(String userId) {
        UserModel user =
                UserRow.lock(session, realm(), userId).orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_member"));
        if (new Accounts(session, realm()).full(user)) {
            throw Refusal.of(AccountConflict.OWNS_TOO_MANY, "owns_too_many");
        }
    }

    /** @throws Refusal 404 */
    AccountMembers.Member member(Optional<String> userId) {
        return userId.flatMap(members::find).orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_member"));
    }
}
