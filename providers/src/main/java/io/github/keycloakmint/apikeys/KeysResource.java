package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Query;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventType;
import org.keycloak.models.RealmModel;

/** {@code /api/api-keys} (contract section 9). */
final class KeysResource {

    static final int PAGE = 100;

    private final KeysOfNode node;

    KeysResource(KeysOfNode node) {
        this.node = node;
    }

    /** {@code GET /api/api-keys}: the caller's own; with {@code account_id} those of an account that he runs. */
    Reply list(Exchange call) {
        KeysCaller caller = KeysCaller.of(call);
        Query query = call.query();
        int first = query.integer("first", 0, 0, Integer.MAX_VALUE - PAGE);
        int max = query.integer("max", PAGE, 1, PAGE);
        Optional<String> asked = query.text("account_id").map(KeyInput::account);
        Limits.byTarget(call, caller.id());
        Optional<String> account = asked.map(name -> run(call, caller, name));
        account.ifPresent(id -> call.record().put("accountId", id));
        Optional<String> owner = account.isPresent() ? Optional.empty() : Optional.of(caller.id());
        return Reply.ok(listed(
                call.realm(),
                new KeyStore(call.session(), call.realm()),
                new KeyStore.Search(owner, account, first, max)));
    }

    static KeyViews.Listed listed(RealmModel realm, KeyStore store, KeyStore.Search search) {
        KeyRules rules = KeyRules.of(realm);
        List<KeyRow> rows = store.list(search);
        Map<String, Long> lastUsed = store.lastUsed(rows);
        return new KeyViews.Listed(
                rows.stream()
                        .map(row -> KeyViews.of(rules, row, lastUsed.get(row.id)))
                        .toList(),
                search.first(),
                search.max(),
                store.count(search));
    }

    /** The id of an account that the caller runs; the same 403 for all others. */
    private static String run(Exchange call, KeysCaller caller, String account) {
        return caller.in(call, account)
                .filter(held -> KeysCaller.runs(held.role()))
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "no_such_account_of_the_caller"))
                .accountId();
    }

    /** {@code POST /api/api-keys}. */
    Reply create(Exchange call) {
        call.record().event(EventType.UPDATE_CREDENTIAL);
        KeysCaller caller = KeysCaller.of(call);
        NewKey asked = NewKey.of(call.json(), Time.currentTimeSeconds());
        Limits.byTarget(call, caller.id());
        CreateKey.Created made = new CreateKey(call.session(), caller, node.form()).create(asked);
        record(call, made.row(), "create");
        return new Reply(201, KeyViews.created(KeyRules.of(call.realm()), made.row(), made.text()), Map.of());
    }

    static void record(Exchange call, KeyRow row, String action) {
        call.record().put("credential_type", "api-key");
        call.record().put("action", action);
        call.record().put("keyId", row.id);
        call.record().put("accountId", row.accountId);
    }
}
