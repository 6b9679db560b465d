package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventType;
import org.keycloak.models.RealmModel;

/** {@code /api/api-keys/{id}} and what is below it (contract section 9). Any key but the caller's own is one that never was. */
final class KeyResource {

    private static final long DAY = 86_400;
    private static final long DAYS_SHOWN = 30;
    private static final long LONGEST_GRACE = 7 * DAY;

    private final KeysOfNode node;

    KeyResource(KeysOfNode node) {
        this.node = node;
    }

    /** {@code GET}: with how often it was used on each of the last {@value #DAYS_SHOWN} days that saw a use. */
    Reply show(Exchange call) {
        KeysCaller caller = KeysCaller.of(call);
        Limits.byTarget(call, caller.id());
        KeyStore store = new KeyStore(call.session(), call.realm());
        Entitlements entitlements = new Entitlements(call.session(), call.realm());
        KeyRow row = Optional.of(call.path("id"))
                .filter(KeyForm::isId)
                .flatMap(store::find)
                .filter(found -> HeldKey.say(entitlements, found, caller.user()).isPresent())
                .orElseThrow(HeldKey::notTheirs);
        call.record().put("keyId", row.id);
        return Reply.ok(full(call.realm(), store, row));
    }

    /** {@code PATCH {name?, permissions?, expires_at?, allowed_ips?, rate_limit?, enabled?}}. */
    Reply edit(Exchange call) {
        call.record().event(EventType.UPDATE_CREDENTIAL);
        KeysCaller caller = KeysCaller.of(call);
        KeyPatch patch = KeyPatch.of(call.json(), Time.currentTimeSeconds());
        Limits.byTarget(call, caller.id());
        KeyRow row = new ChangeKey(call.session(), caller, node).edit(call.path("id"), patch);
        KeysResource.record(call, row, "edit");
        return Reply.ok(full(call.realm(), new KeyStore(call.session(), call.realm()), row));
    }

    /** {@code POST /rotate {grace_seconds?}}. */
    Reply rotate(Exchange call) {
        call.record().event(EventType.UPDATE_CREDENTIAL);
        KeysCaller caller = KeysCaller.of(call);
        long grace = grace(call.json().optionalInteger("grace_seconds").orElse(0L));
        Limits.byTarget(call, caller.id());
        ChangeKey.Rotated rotated = new ChangeKey(call.session(), caller, node).rotate(call.path("id"), grace);
        KeysResource.record(call, rotated.row(), "rotate");
        @Nullable
        Long lastUsedAt = new KeyStore(call.session(), call.realm())
                .lastUsed(List.of(rotated.row()))
                .get(rotated.row().id);
        return Reply.ok(KeyViews.rotated(KeyRules.of(call.realm()), rotated.row(), rotated.text(), lastUsedAt));
    }

    private static long grace(long seconds) {
        if (seconds < 0 || seconds > LONGEST_GRACE) {
            throw Refusal.badInput(
                    "`grace_seconds` must be an integer from 0 to " + LONGEST_GRACE, "malformed_grace_seconds");
        }
        return seconds;
    }

    /** {@code DELETE}: the key is good nowhere when this answers, on other nodes within seconds. */
    Reply end(Exchange call) {
        call.record().event(EventType.REMOVE_CREDENTIAL);
        KeysCaller caller = KeysCaller.of(call);
        Limits.byTarget(call, caller.id());
        KeyRow row = new ChangeKey(call.session(), caller, node).end(call.path("id"));
        KeysResource.record(call, row, "delete");
        return Reply.noContent();
    }

    static KeyViews.View full(RealmModel realm, KeyStore store, KeyRow row) {
        List<KeyStore.Day> uses = store.uses(row, Time.currentTimeSeconds() / DAY - DAYS_SHOWN + 1);
        @Nullable Long lastUsedAt = store.lastUsed(List.of(row)).get(row.id);
        return KeyViews.of(KeyRules.of(realm), row, null, lastUsedAt, uses);
    }
}
