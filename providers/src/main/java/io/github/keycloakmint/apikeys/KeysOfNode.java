package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.limits.Buckets;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** What this node keeps of keys in memory. */
final class KeysOfNode {

    private static final int MOST_BUCKETS = 100_000;

    private final Epochs epochs = new Epochs();
    private final KeyForm form;
    private final Kept<Key> keys = new Kept<>(epochs);
    private final Kept<Standing> standings = new Kept<>(epochs);
    private final Buckets buckets = new Buckets(MOST_BUCKETS);
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

    Kept<Key> keys() {
        return keys;
    }

    Kept<Standing> standings() {
        return standings;
    }

    Buckets buckets() {
        return buckets;
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

    static String allStandings(String realmId) {
        return realmId + "/standings";
    }

    /** The key was changed, in a transaction that has ended. */
    void changed(String realmId, String keyId) {
        epochs.next(keyName(realmId, keyId));
    }

    /** Keys of the realm are changed by the transaction of {@code session}: forgotten when it has ended, however it ended. */
    void keysChange(KeycloakSession session, String realmId) {
        afterwards(session, allKeys(realmId));
        afterwards(session, allStandings(realmId));
    }

    /** What owners have is changed by the transaction of {@code session}. */
    void standingsChange(KeycloakSession session, String realmId) {
        afterwards(session, allStandings(realmId));
    }

    private void afterwards(KeycloakSession session, String name) {
        // once a transaction, of which an import of a realm has thousands of events
        if (session.getAttribute("mint.epoch:" + name) != null) {
            return;
        }
        session.setAttribute("mint.epoch:" + name, true);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                epochs.next(name);
            }

            @Override
            protected void rollbackImpl() {
                epochs.next(name);
            }
        });
    }
}
