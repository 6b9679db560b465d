package io.github.keycloakmint.mint;

import jakarta.persistence.EntityManager;
import java.time.Duration;
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
 * Deletes what the ledger need not keep (T20): rows that expired longer ago than the retention, and watermarks that can
 * cover no living token. In batches of {@value #BATCH}, each in a transaction of its own; on one node at a time.
 */
final class LedgerPurge {

    private static final Logger LOG = Logger.getLogger(LedgerPurge.class);
    private static final int BATCH = 1_000;

    private final KeycloakSessionFactory factory;
    private final Duration retention;
    private final Duration interval;

    LedgerPurge(KeycloakSessionFactory factory, Duration retention, Duration interval) {
        this.factory = factory;
        this.retention = retention;
        this.interval = interval;
    }

    void schedule() {
        KeycloakModelUtils.runJobInTransaction(factory, session -> session.getProvider(TimerProvider.class)
                .schedule(this::run, interval.toMillis(), "mint-ledger-purge"));
    }

    private void run() {
        KeycloakModelUtils.runJobInTransaction(factory, session -> session.getProvider(ClusterProvider.class)
                .executeIfNotExecuted("mint-ledger-purge", (int) interval.toSeconds(), () -> {
                    purge();
                    return null;
                }));
    }

    private void purge() {
        int total = 0;
        int deleted;
        do {
            deleted = KeycloakModelUtils.runJobInTransactionWithResult(factory, this::purgeBatch);
            total += deleted;
        } while (deleted == BATCH);
        KeycloakModelUtils.runJobInTransaction(factory, this::purgeWatermarks);
        LOG.debugf("Purged %d rows of the ledger", total);
    }

    private int purgeBatch(KeycloakSession session) {
        EntityManager entities = entities(session);
        List<String> jtis = entities.createQuery(
                        "select e.jti from LedgerEntry e where e.expiresAt < :end", String.class)
                .setParameter("end", Time.currentTimeSeconds() - retention.toSeconds())
                .setMaxResults(BATCH)
                .getResultList();
        if (!jtis.isEmpty()) {
            entities.createQuery("delete from LedgerEntry e where e.jti in :jtis")
                    .setParameter("jtis", jtis)
                    .executeUpdate();
        }
        return jtis.size();
    }

    private void purgeWatermarks(KeycloakSession session) {
        entities(session)
                .createQuery("delete from Watermark w where w.issuedBefore < :end")
                .setParameter("end", Time.currentTimeSeconds() - MintPolicy.LONGEST_LIFETIME - retention.toSeconds())
                .executeUpdate();
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
