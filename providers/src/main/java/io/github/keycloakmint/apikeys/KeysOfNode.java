package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.Kept;
import io.github.keycloakmint.kernel.keycloak.RightsChanges;
import org.keycloak.models.KeycloakSession;

/** What this node keeps of keys in memory. */
final class KeysOfNode {

    private final KeyForm form;
    private final Kept<String, Key> keys = new Kept<>();
    private final Kept<String, Standing> standings = new Kept<>();
    private final KeyUses uses = new KeyUses();

    KeysOfNode(KeyForm form) {
        this.form = form;
    }

    /**
     * What the owner of a key has now.
     *
     * @param narrow whether the client through which it was made may still have tokens of the bundle (T3)
     */
    record Standing(boolean narrow, Entitlements.Held held) {}

    KeyForm form() {
        return form;
    }

    Kept<String, Key> keys() {
        return keys;
    }

    Kept<String, Standing> standings() {
        return standings;
    }

    KeyUses uses() {
        return uses;
    }

    static String keyName(String realmId, String keyId) {
        return realmId + "/key/" + keyId;
    }

    static String allKeys(String realmId) {
        return realmId + "/keys";
    }

    /** The key was changed, in a transaction that has ended. */
    void changed(String realmId, String keyId) {
        RightsChanges.next(keyName(realmId, keyId));
    }

    /** Keys of the realm are changed by the transaction of {@code session}: forgotten when it has ended, however it ended. */
    void keysChange(KeycloakSession session, String realmId) {
        RightsChanges.after(session, allKeys(realmId));
    }
}
