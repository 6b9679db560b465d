package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AccountRow;
import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Edits, rotates and ends keys. At once on this node when it returns, within seconds on others. */
final class ChangeKey {

    private final KeycloakSession session;
    private final KeysCaller caller;
    private final KeysOfNode node;

    ChangeKey(KeycloakSession session, KeysCaller caller, KeysOfNode node) {
        this.session = session;
        this.caller = caller;
        this.node = node;
    }

    /** A key with another secret, which is shown this once. */
    record Rotated(KeyRow row, String text) {
        @Override
        public String toString() {
            return "Rotated[" + row.id + "]";
        }
    }

    KeyRow edit(String id, KeyPatch patch) {
        return HeldKey.change(session, node, caller, id, held -> {
            requireReadable(held.realm());
            if (!patch.onlySwitches()) {
                held.requireOwn();
            }
            KeyRow row = held.row();
            patch.name().ifPresent(name -> row.name = name);
            patch.permissions().ifPresent(names -> row.permissions = Key.column(held.permissions(names)));
            if (patch.expiresAt().given()) {
                row.expiresAt = KeyRules.of(held.realm())
                        .end(patch.expiresAt().value(), row.createdAt)
                        .orElse(null);
            }
            if (patch.allowedIps().given()) {
                row.allowedIps =
                        patch.allowedIps().value().map(CreateKey::column).orElse(null);
            }
            if (patch.rate().given()) {
                row.rateRequests = patch.rate().value().map(Buckets.Rate::calls).orElse(null);
                row.rateSeconds =
                        patch.rate().value().map(Buckets.Rate::seconds).orElse(null);
            }
            patch.enabled().ifPresent(enabled -> enable(row, held.say(), enabled));
            return row;
        });
    }

    /** The answer says when the key ends: what can't be answered is not to be done either. A key can always be ended. */
    static void requireReadable(RealmModel realm) {
        KeyRules.of(realm);
    }

    /** @throws Refusal 403 where others have disabled it and {@code say} has not */
    static void enable(KeyRow row, Say say, boolean enabled) {
        row.disabledBy = enabled
                ? say.enabling(row.disabledBy)
                        .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "disabled_by_another"))
                        .value()
                : say.disabling(row.disabledBy);
    }

    /** Another secret; the one before is good for {@code grace} seconds more, the one before that no longer. */
    Rotated rotate(String id, long grace) {
        return HeldKey.change(session, node, caller, id, held -> {
            requireReadable(held.realm());
            held.requireOwn();
            KeyRow row = held.row();
            held.requireSecret();
            KeyForm.Made made = node.form().make(id);
            row.earlierHash = grace > 0 ? row.secretHash : null;
            row.earlierUntil = grace > 0 ? Time.currentTimeSeconds() + grace : null;
            row.secretHash = made.hash();
            return new Rotated(row, made.text());
        });
    }

    /** What was ended. No row stays: an id is never given twice, and a key that was leaked is to be nowhere. */
    KeyRow end(String id) {
        return HeldKey.change(session, node, caller, id, held -> {
            remove(held.session(), held.realm(), held.row());
            return held.row();
        });
    }

    /** With the last key of an account goes the user who stands for it. */
    static void remove(KeycloakSession session, RealmModel realm, KeyRow row) {
        KeyStore store = new KeyStore(session, realm);
        store.remove(row);
        if (row.ofAccount) {
            dropSubject(session, realm, Optional.ofNullable(row.accountId).orElseThrow());
        }
    }

    /**
     * Where no key needs him any more. The account's row is held meanwhile, as it is while a key is made; nobody makes a key
     * for an account that is gone.
     */
    static void dropSubject(KeycloakSession session, RealmModel realm, String accountId) {
        AccountRow.exists(session, realm, accountId);
        if (new KeyStore(session, realm).ownedBy(AccountSubject.id(realm, accountId)) == 0) {
            AccountSubject.remove(session, realm, accountId);
        }
    }
}
