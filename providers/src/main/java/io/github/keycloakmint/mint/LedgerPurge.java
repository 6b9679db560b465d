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
    /** A run leaves the rest to the next one: other tasks wait for the same thread. */
    private static final int MOST_BATCHES = 500;
    /** Seconds in which a mint that was under way at a mass revocation has committed. */
    private static final long UNDER_WAY = 600;

    private final KeycloakSessionFactory factory;
    private final Duration retention;
    private final Duration interval;

    LedgerPurge(KeycloakSessionFactory factory, Duration retention, Duration interval) {
        this.factory = factory;
        this.retention = retention;
        this.interval = interval;
    }

    void schedule() {
        // as a scheduled task: Keycloak runs those so that a failure is logged and ends nothing else (a bare Runnable's
        // exception would end the one timer thread of the server)
        KeycloakModelUtils.runJobInTransaction(factory, session -> session.getProvider(TimerProvider.class)
                .scheduleTask(task -> run(), interval.toMillis(), "mint-ledger-purge"));
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
        int deleted = BATCH;
        for (int batch = 0; batch < MOST_BATCHES && deleted == BATCH; batch++) {
            deleted = KeycloakModelUtils.runJobInTransactionWithResult(factory, this::purgeBatch);
            total += deleted;
        }
        KeycloakModelUtils.runJobInTransaction(factory, LedgerPurge::sweepLatecomers);
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

    /** A mint that was under way when its tokens were withdrawn wasn't in the ledger yet. */
    private static void sweepLatecomers(KeycloakSession session) {
        Watermarks.sweepLatecomers(session, Time.currentTimeSeconds() - UNDER_WAY);
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
