package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Permission;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Makes a key, with no more than its maker has now (T34). The row of its owner is held, or calls at once would get past the
 * bound on keys.
 */
final class CreateKey {

    private final KeycloakSession session;
    private final KeysCaller caller;
    private final KeyForm form;

    CreateKey(KeycloakSession session, KeysCaller caller, KeyForm form) {
        this.session = session;
        this.caller = caller;
        this.form = form;
    }

    /** The key in full, this once. */
    record Created(KeyRow row, String text) {
        @Override
        public String toString() {
            return "Created[" + row.id + "]";
        }
    }

    Created create(NewKey asked) {
        return FreshTransaction.insist(() -> FreshTransaction.run(
                session, fresh -> create(fresh, fresh.getContext().getRealm(), asked)));
    }

    private Created create(KeycloakSession fresh, RealmModel realm, NewKey asked) {
        KeyRules rules = KeyRules.of(realm);
        ClientModel client = caller.clientIn(realm);
        Entitlements entitlements = new Entitlements(fresh, realm);
        UserModel user = (asked.ofAccount()
                        ? Optional.ofNullable(fresh.users().getUserById(realm, caller.id()))
                        : UserRow.lock(fresh, realm, caller.id()))
                .orElseThrow(() -> Refusal.of(Fault.UNAUTHORIZED, "user_is_gone"));
        Optional<String> accountId = asked.account().map(account -> accountId(entitlements, user, account));
        if (asked.ofAccount()) {
            requireRun(fresh, realm, entitlements, user, accountId.orElseThrow());
        }
        Set<Permission> permissions =
                new FindPermissions(entitlements, user, accountId, Audiences.ids(client)).named(asked.permissions());
        String owner = asked.ofAccount() ? AccountSubject.id(realm, accountId.orElseThrow()) : caller.id();
        KeyStore store = new KeyStore(fresh, realm);
        if (store.ownedBy(owner) >= rules.maxPerOwner()) {
            throw Refusal.of(KeyConflict.TOO_MANY_KEYS, "too_many_keys");
        }
        UserModel subject = asked.ofAccount() ? AccountSubject.ensure(fresh, realm, accountId.orElseThrow()) : user;
        long now = Time.currentTimeSeconds();
        KeyForm.Made made = form.make();
        KeyRow row = new KeyRow(made.id(), realm.getId(), client.getId(), now);
        row.name = asked.name();
        row.ofAccount = asked.ofAccount();
        row.userId = owner;
        row.accountId = accountId.orElse(null);
        row.ownerSince = subject.getCreatedTimestamp();
        row.createdBy = caller.id();
        row.secretHash = made.hash();
        row.permissions = Key.column(permissions);
        row.allowedIps = asked.allowedIps().map(CreateKey::column).orElse(null);
        row.rateRequests = asked.rate().map(Buckets.Rate::calls).orElse(null);
        row.rateSeconds = asked.rate().map(Buckets.Rate::seconds).orElse(null);
        row.expiresAt = rules.end(asked.expiresAt(), now).orElse(null);
        store.add(row);
        return new Created(row, made.text());
    }

    /** The id of the account, which has to be the caller's; the same 403 for all others. */
    private static String accountId(Entitlements entitlements, UserModel user, String account) {
        return entitlements
                .in(user, account)
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "no_such_account_of_the_caller"))
                .accountId();
    }

    /** Holds the account's row and asks again: the caller has to run the account that is to own the key. */
    private static void requireRun(
            KeycloakSession fresh, RealmModel realm, Entitlements entitlements, UserModel user, String accountId) {
        if (AccountRow.lock(fresh, realm, accountId).isEmpty()
                || !KeysCaller.runs(entitlements.in(user, accountId).flatMap(Entitlements.Held::role))) {
            throw Refusal.of(Fault.FORBIDDEN, "role");
        }
    }

    /** For a column: with blanks between; null for none. */
    static @Nullable String column(List<String> words) {
        return words.isEmpty() ? null : String.join(" ", words);
    }
}
