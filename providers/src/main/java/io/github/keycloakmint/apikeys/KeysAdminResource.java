package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Keys' admin doors, {@code …/mint/api-keys}. An admin sees, disables and ends keys; he makes none and rotates none. */
final class KeysAdminResource {

    private static final int LONGEST_ID = 255;
    private static final int LARGEST_PAGE = 1_000;

    private final KeysOfNode node;

    KeysAdminResource(KeysOfNode node) {
        this.node = node;
    }

    /** {@code GET ?user=&account=&first=&max=}: newest first; needs {@code view-users}. */
    Reply list(Exchange call) {
        call.admin().requireViewUsers();
        Query query = call.query();
        KeyStore.Search search = new KeyStore.Search(
                id(query, "user"),
                id(query, "account"),
                query.integer("first", 0, 0, Integer.MAX_VALUE - LARGEST_PAGE),
                query.integer("max", KeysResource.PAGE, 1, LARGEST_PAGE));
        return Reply.ok(KeysResource.listed(call.realm(), new KeyStore(call.session(), call.realm()), search));
    }

    private static Optional<String> id(Query query, String name) {
        return query.text(name).map(given -> {
            if (given.length() > LONGEST_ID || given.chars().anyMatch(Character::isISOControl)) {
                throw Refusal.badInput("`" + name + "` is no id", "malformed_" + name);
            }
            return given;
        });
    }

    /** {@code GET /{id}}; needs {@code view-users}. */
    Reply show(Exchange call) {
        call.admin().requireViewUsers();
        KeyStore store = new KeyStore(call.session(), call.realm());
        KeyRow row = Optional.of(call.path("id"))
                .filter(KeyForm::isId)
                .flatMap(store::find)
                .orElseThrow(HeldKey::notTheirs);
        return Reply.ok(KeyResource.full(call.realm(), store, row));
    }

    /** {@code PATCH /{id} {enabled}}; needs {@code manage-users}. What an admin disables its owner can't enable again. */
    Reply enable(Exchange call) {
        call.admin().requireManageUsers();
        boolean enabled = call.json()
                .optionalFlag("enabled")
                .orElseThrow(() -> Refusal.badInput("`enabled` is required", "missing_enabled"));
        KeyRow row = change(call, held -> {
            ChangeKey.requireReadable(held.realm());
            ChangeKey.enable(held.row(), Say.ADMIN, enabled);
        });
        leaveEvent(call, OperationType.UPDATE, row);
        return Reply.ok(KeyResource.full(call.realm(), new KeyStore(call.session(), call.realm()), row));
    }

    /** {@code DELETE /{id}}; needs {@code manage-users}. */
    Reply end(Exchange call) {
        call.admin().requireManageUsers();
        KeyRow row = change(call, held -> ChangeKey.remove(held.session(), held.realm(), held.row()));
        leaveEvent(call, OperationType.DELETE, row);
        return Reply.noContent();
    }

    private record Held(KeycloakSession session, RealmModel realm, KeyRow row) {}

    private KeyRow change(Exchange call, Consumer<Held> work) {
        String id = call.path("id");
        KeyRow changed = FreshTransaction.insist(() -> FreshTransaction.run(call.session(), fresh -> {
            RealmModel realm = fresh.getContext().getRealm();
            KeyStore store = new KeyStore(fresh, realm);
            KeyRow row =
                    Optional.of(id).filter(KeyForm::isId).flatMap(store::lock).orElseThrow(HeldKey::notTheirs);
            work.accept(new Held(fresh, realm, row));
            store.flush();
            return row;
        }));
        node.changed(call.realm().getId(), id);
        return changed;
    }

    private static void leaveEvent(Exchange call, OperationType operation, KeyRow row) {
        call.record().put("keyId", row.id);
        call.admin()
                .leaveEvent(
                        call.session(),
                        operation,
                        "MINT",
                        Map.of("key", row.id, "user", row.userId, "enabled", row.disabledBy == null));
    }
}
