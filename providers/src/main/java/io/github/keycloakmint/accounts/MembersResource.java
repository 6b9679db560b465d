package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.AccountDirectory;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/accounts/{id}/members} (contract section 7). */
final class MembersResource {

    private record Listed(List<Item> members, int first, int max, long total) {}

    private record Item(
            @JsonProperty("user_id") String userId,
            @Nullable String email,
            @Nullable String name,
            @Nullable String role) {

        static Item of(AccountDirectory.Person person) {
            return new Item(
                    person.userId(),
                    person.email().orElse(null),
                    person.name().orElse(null),
                    person.role().orElse(null));
        }
    }

    private record Changed(@JsonProperty("user_id") String userId, String role) {}

    /** {@code GET}: owners and admins, by user name. */
    Reply list(Exchange call) {
        AccountCaller caller = AccountCaller.of(call);
        Input.Window window = Input.Window.of(call);
        Limits.byTarget(call, caller.id());
        String account = caller.runs(call);
        AccountDirectory.Page<AccountDirectory.Person> page =
                new AccountDirectory(call.session(), call.realm()).membersOf(account, window.first(), window.max());
        return Reply.ok(
                new Listed(page.items().stream().map(Item::of).toList(), window.first(), window.max(), page.total()));
    }

    /** {@code PATCH …/{userId} {role}}: owners; admins for those who are no owners, and make none. */
    Reply change(Exchange call) {
        call.record().event(AccountsResource.EVENT);
        AccountCaller caller = AccountCaller.of(call);
        String role = Input.role(call.json().text("role"));
        Limits.byTarget(call, caller.id());
        ChangeMember.Done done = new ChangeMember(call.session(), caller)
                .role(Input.inPath(call, "id"), Input.inPath(call, "userId"), role);
        record(call, "change_role", done);
        call.record().put("role", role);
        return Reply.ok(new Changed(done.userId(), role));
    }

    /** {@code DELETE …/{userId}}: as above; oneself, to leave, anybody. The user stays. */
    Reply remove(Exchange call) {
        call.record().event(AccountsResource.EVENT);
        AccountCaller caller = AccountCaller.of(call);
        Limits.byTarget(call, caller.id());
        ChangeMember.Done done =
                new ChangeMember(call.session(), caller).remove(Input.inPath(call, "id"), Input.inPath(call, "userId"));
        record(call, "remove", done);
        return Reply.noContent();
    }

    private static void record(Exchange call, String action, ChangeMember.Done done) {
        call.record().put("accountId", done.accountId());
        call.record().put("action", action);
        call.record().put("member", done.userId());
        call.record().put("role_before", done.before().orElse(null));
    }
}
