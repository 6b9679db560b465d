package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Writes the counted uses, every few seconds and when the server stops: {@value #BATCH} rows in one statement and one
 * transaction, which adds to what is there, whatever node wrote that. In the order of their ids, so that two nodes that meet
 * wait for each other instead of dying of each other.
 *
 * <p>A thread of its own: Keycloak's timer has one for everything, and a purge may hold it for minutes.
 */
final class KeyUsesFlush {

    private static final Logger LOG = Logger.getLogger(KeyUsesFlush.class);
    private static final int BATCH = 200;
    private static final long PATIENCE_SECONDS = 10;

    private static final Comparator<KeyUses.Counted> ORDER = Comparator.comparing(
                    (KeyUses.Counted counted) -> counted.slot().keyId())
            .thenComparingLong(counted -> counted.slot().day());

    private final KeycloakSessionFactory factory;
    private final KeyUses uses;
    private final ScheduledExecutorService clock;

    KeyUsesFlush(KeycloakSessionFactory factory, KeyUses uses) {
        this.factory = factory;
        this.uses = uses;
        this.clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "keycloak-mint-key-uses");
            thread.setDaemon(true);
            return thread;
        });
    }

    void schedule(Duration interval) {
        clock.scheduleWithFixedDelay(this::flush, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The last ones are written before the server goes. */
    void stop() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("Uses of API keys are still being written; the last ones may be lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flush();
    }

    private void flush() {
        List<KeyUses.Counted> taken = uses.drain().stream().sorted(ORDER).toList();
        for (int from = 0; from < taken.size(); from += BATCH) {
            List<KeyUses.Counted> batch = taken.subList(from, Math.min(from + BATCH, taken.size()));
            try {
                FreshTransaction.insist(() -> {
                    KeycloakModelUtils.runJobInTransaction(factory, session -> write(session, batch));
                    return true;
                });
            } catch (RuntimeException e) {
                // a thread that dies of it would count for nothing. What failed here would fail for the rest as well,
                // with
                // as many attempts and stacks: the next run tries again
                LOG.error("Uses of API keys could not be written now", e);
                uses.giveBack(taken.subList(from, taken.size()));
                return;
            }
        }
    }

    private static void write(KeycloakSession session, List<KeyUses.Counted> batch) {
        EntityManager entities =
                session.getProvider(JpaConnectionProvider.class).getEntityManager();
        Set<String> there = new HashSet<>(entities.createQuery(
                        "select k.id from KeyRow k where k.id in :keys", String.class)
                .setParameter(
                        "keys",
                        batch.stream().map(counted -> counted.slot().keyId()).toList())
                .getResultList());
        // a key that is gone since takes its count with it
        List<KeyUses.Counted> left = batch.stream()
                .filter(counted -> there.contains(counted.slot().keyId()))
                .toList();
        if (!left.isEmpty()) {
            statement(entities, left).executeUpdate();
        }
    }

    private static Query statement(EntityManager entities, List<KeyUses.Counted> rows) {
        StringBuilder jpql = new StringBuilder("insert into KeyUseRow (keyId, day, uses, lastUsedAt) values ");
        for (int i = 0; i < rows.size(); i++) {
            jpql.append(i == 0 ? "" : ", ").append("(:k%1$d, :d%1$d, :u%1$d, :l%1$d)".formatted(i));
        }
        jpql.append(
                " on conflict (keyId, day) do update set uses = uses + excluded.uses,"
                        + " lastUsedAt = case when lastUsedAt > excluded.lastUsedAt then lastUsedAt else excluded.lastUsedAt end");
        Query query = entities.createQuery(jpql.toString());
        for (int i = 0; i < rows.size(); i++) {
            query.setParameter("k" + i, rows.get(i).slot().keyId())
                    .setParameter("d" + i, rows.get(i).slot().day())
                    .setParameter("u" + i, rows.get(i).tally().uses())
                    .setParameter("l" + i, rows.get(i).tally().last());
        }
        return query;
    }
}
