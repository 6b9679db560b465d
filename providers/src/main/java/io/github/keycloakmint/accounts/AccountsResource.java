package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.limits.Limits;
import io.github.keycloakmint.kernel.session.Session;
import java.util.List;
import java.util.Map;
import org.keycloak.events.EventType;

/** {@code /api/accounts} and {@code /api/accounts/{id}} (contract section 7). */
final class AccountsResource {

    /**
     * Of changes to accounts and members: Keycloak has no type for them but that of invitations. The nearest is that of a user
     * who changes what is his; details {@code capability} and {@code action} say what it was.
     */
    static final EventType EVENT = EventType.UPDATE_PROFILE;

    private record Listed(List<Session.Membership> accounts, int first, int max, long total) {}

    /** {@code GET /api/accounts}: those of the caller, by alias. */
    Reply list(Exchange call) {
        AccountCaller caller = AccountCaller.of(call);
        Input.Window window = Input.Window.of(call);
        Limits.byTarget(call, caller.id());
        AccountDirectory.Page<AccountDirectory.Entry> page = new AccountDirectory(call.session(), call.realm())
                .accountsOf(caller.user(), window.first(), window.max());
        return Reply.ok(new Listed(
                page.items().stream().map(AccountsResource::shown).toList(),
                window.first(),
                window.max(),
                page.total()));
    }

    /** {@code POST /api/accounts {name}}: a new account, the caller its owner. */
    Reply create(Exchange call) {
        call.record().event(EVENT);
        AccountCaller caller = AccountCaller.of(call);
        String name = Input.accountName(call.json());
        Limits.byTarget(call, caller.id());
        String id = new ChangeAccount(call.session(), caller).create(name);
        call.record().put("accountId", id);
        call.record().put("action", "create");
        return new Reply(201, account(call, caller, id), Map.of());
    }

    /** {@code GET /api/accounts/{id}}: what the caller is there; any member. */
    Reply show(Exchange call) {
        AccountCaller caller = AccountCaller.of(call);
        Limits.byTarget(call, caller.id());
        String id = Input.inPath(call, "id")
                .flatMap(name -> new AccountDirectory(call.session(), call.realm()).find(name, caller.id()))
                .orElseThrow(HeldAccount::notTheirs);
        call.record().put("accountId", id);
        return Reply.ok(account(call, caller, id));
    }

    /** {@code PATCH /api/accounts/{id} {name}}: owners and admins. */
    Reply rename(Exchange call) {
        call.record().event(EVENT);
        AccountCaller caller = AccountCaller.of(call);
        String name = Input.accountName(call.json());
        Limits.byTarget(call, caller.id());
        String id = new ChangeAccount(call.session(), caller).rename(Input.inPath(call, "id"), name);
        call.record().put("accountId", id);
        call.record().put("action", "rename");
        return Reply.ok(account(call, caller, id));
    }

    /** {@code DELETE /api/accounts/{id}}: owners. */
    Reply delete(Exchange call) {
        call.record().event(EVENT);
        AccountCaller caller = AccountCaller.of(call);
        Limits.byTarget(call, caller.id());
        String id = new ChangeAccount(call.session(), caller).delete(Input.inPath(call, "id"));
        call.record().put("accountId", id);
        call.record().put("action", "delete");
        return Reply.noContent();
    }

    /** As it is now, for a caller who was a member a moment ago. */
    static Session.Membership account(Exchange call, AccountCaller caller, String id) {
        return new AccountDirectory(call.session(), call.realm())
                .account(id, caller.user())
                .map(AccountsResource::shown)
                .orElseThrow(HeldAccount::notTheirs);
    }

    private static Session.Membership shown(AccountDirectory.Entry entry) {
        return new Session.Membership(
                entry.id(), entry.name(), entry.alias(), entry.role().orElse(null), entry.permissions());
    }
}
