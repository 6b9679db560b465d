package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * A key whose row is held in a transaction of its own, and what its caller has to say about it: what is asked here is so until
 * the transaction ends.
 */
record HeldKey(KeycloakSession session, RealmModel realm, KeyRow row, UserModel caller, ClientModel through, Say say) {

    /**
     * @param id as it was sent
     * @throws Refusal 404, the same for a key that is not there, somebody else's, or another realm's
     */
    static <T> T change(
            KeycloakSession session, KeysOfNode node, KeysCaller caller, String id, Function<HeldKey, T> work) {
        T done = FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> {
            RealmModel realm = fresh.getContext().getRealm();
            KeyStore store = new KeyStore(fresh, realm);
            KeyRow row =
                    Optional.of(id).filter(KeyForm::isId).flatMap(store::lock).orElseThrow(HeldKey::notTheirs);
            UserModel user = Optional.ofNullable(fresh.users().getUserById(realm, caller.id()))
                    .orElseThrow(HeldKey::notTheirs);
            Say say = say(new Entitlements(fresh, realm), row, user).orElseThrow(HeldKey::notTheirs);
            T result = work.apply(new HeldKey(fresh, realm, row, user, caller.clientIn(realm), say));
            store.flush();
            return result;
        }));
        node.changed(session.getContext().getRealm().getId(), id);
        return done;
    }

    /** What {@code user} has to say about a key; empty: nothing, he is not to know of it. */
    static Optional<Say> say(Entitlements entitlements, KeyRow row, UserModel user) {
        if (!row.ofAccount && row.userId.equals(user.getId())) {
            return Optional.of(Say.OWNER);
        }
        return Optional.ofNullable(row.accountId)
                .flatMap(account -> entitlements.in(user, account))
                .filter(held -> held.accountId().equals(row.accountId) && KeysCaller.runs(held.role()))
                .map(held -> Say.ACCOUNT);
    }

    static Refusal notTheirs() {
        return Refusal.of(Fault.NOT_FOUND, "unknown_key");
    }

    /**
     * More than to disable or to end it: for the owner, or for those who run the account that owns it.
     *
     * @throws Refusal 403 for whoever runs the account that another user's key is narrowed to
     */
    void requireOwn() {
        if (say == Say.ACCOUNT && !row.ofAccount) {
            throw Refusal.of(Fault.FORBIDDEN, "another_users_key");
        }
    }

    /**
     * Every role that a name stands for which the caller has, and which both his client and the key's may ask for.
     *
     * @throws Refusal 400 for what is no permission, 403 for one that the caller can't give
     */
    Set<Permission> permissions(List<String> names) {
        Set<String> reach = new HashSet<>(Audiences.ids(through));
        reach.retainAll(Optional.ofNullable(realm.getClientById(row.clientId))
                .map(Audiences::ids)
                .orElse(Set.of()));
        return finding(reach).named(names);
    }

    /**
     * Whoever is shown the secret can do all that the key can. So he has to be able to give it all that himself, if it is an
     * account's, and the page he does it from has to reach all clients that the key does, if the key was made through another.
     *
     * @throws Refusal 403
     */
    void requireSecret() {
        Set<Permission> own = Key.permissions(row.permissions);
        Set<String> clients = own.stream().map(Permission::clientId).collect(Collectors.toSet());
        if (!through.getId().equals(row.clientId) && !Audiences.ids(through).containsAll(clients)) {
            throw Refusal.of(Fault.FORBIDDEN, "another_clients_key");
        }
        if (row.ofAccount) {
            finding(clients).require(own);
        }
    }

    private FindPermissions finding(Set<String> reach) {
        return new FindPermissions(new Entitlements(session, realm), caller, Optional.ofNullable(row.accountId), reach);
    }
}
