package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.cluster.ClusterProvider;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.timer.TimerProvider;

/**
 * Deletes keys that expired longer ago than the retention, and counts of days that are older than theirs. In batches of
 * {@value #BATCH}, each in a transaction of its own; on one node at a time.
 */
final class KeyPurge {

    private static final Logger LOG = Logger.getLogger(KeyPurge.class);
    private static final String TASK = "mint-api-key-purge";
    private static final int BATCH = 500;
    /** A run leaves the rest to the next one: other tasks wait for the same thread. */
    private static final int MOST_BATCHES = 200;

    private static final int MOST_SUBJECTS = 10_000;
    private static final long DAY = 86_400;

    private final KeycloakSessionFactory factory;
    private final KeySettings settings;
    private final KeysOfNode node;

    KeyPurge(KeycloakSessionFactory factory, KeySettings settings, KeysOfNode node) {
        this.factory = factory;
        this.settings = settings;
        this.node = node;
    }

    void schedule() {
        KeycloakModelUtils.runJobInTransaction(factory, session -> session.getProvider(TimerProvider.class)
                .scheduleTask(task -> run(), settings.purgeInterval().toMillis(), TASK));
    }

    private void run() {
        KeycloakModelUtils.runJobInTransaction(factory, session -> session.getProvider(ClusterProvider.class)
                .executeIfNotExecuted(TASK, (int) settings.purgeInterval().toSeconds(), () -> {
                    purge();
                    return null;
                }));
    }

    private void purge() {
        int total = 0;
        int deleted = BATCH;
        for (int batch = 0; batch < MOST_BATCHES && deleted == BATCH; batch++) {
            deleted = KeycloakModelUtils.runJobInTransactionWithResult(factory, this::purgeBatch);
            total += deleted;
        }
        KeycloakModelUtils.runJobInTransaction(factory, this::purgeUses);
        KeycloakModelUtils.runJobInTransaction(factory, KeyPurge::dropSubjects);
        LOG.debugf("Purged %d API keys", total);
    }

    private int purgeBatch(KeycloakSession session) {
        EntityManager entities = entities(session);
        List<KeyRow> rows = entities.createQuery("select k from KeyRow k where k.expiresAt < :end", KeyRow.class)
                .setParameter(
                        "end", Time.currentTimeSeconds() - settings.retention().toSeconds())
                .setMaxResults(BATCH)
                .getResultList();
        rows.forEach(row -> {
            entities.remove(row);
            node.keysChange(session, row.realmId);
        });
        return rows.size();
    }

    /** Users who stand for accounts whose last key expired, or went with its client. */
    private static void dropSubjects(KeycloakSession session) {
        session.realms().getRealmsStream().toList().forEach(realm -> {
            session.getContext().setRealm(realm);
            KeyStore store = new KeyStore(session, realm);
            AccountSubject.accounts(session, realm, MOST_SUBJECTS).stream()
                    .filter(account -> store.ownedBy(AccountSubject.id(realm, account)) == 0)
                    .forEach(account -> ChangeKey.dropSubject(session, realm, account));
        });
    }

    private void purgeUses(KeycloakSession session) {
        entities(session)
                .createQuery("delete from KeyUseRow u where u.day < :end")
                .setParameter(
                        "end",
                        Time.currentTimeSeconds() / DAY
                                - settings.useRetention().toDays())
                .executeUpdate();
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
