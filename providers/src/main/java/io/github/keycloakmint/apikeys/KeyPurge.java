package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.keycloak.Gone;
import io.github.keycloakmint.kernel.keycloak.IdleSubjects;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.cluster.ClusterProvider;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.timer.TimerProvider;

/**
 * Deletes keys that expired longer ago than the retention, keys that stand on nothing any more, users who stand for accounts
 * without keys, and counts of days that are older than theirs. In batches of {@value #BATCH}, each in a transaction of its
 * own; on one node at a time. A batch that fails ends the run: Keycloak logs it, and the next run begins anew.
 */
final class KeyPurge {

    private static final Logger LOG = Logger.getLogger(KeyPurge.class);
    private static final String TASK = "mint-api-key-purge";
    private static final int BATCH = 500;
    /** Of each kind. A run leaves the rest to the next one: other tasks wait for the same thread. */
    private static final int MOST_BATCHES = 200;

    private static final long DAY = 86_400;

    private static final String EXPIRED = "k.expiresAt < :end";

    /** Made while what they stand on was being removed; {@link KeyRemoval} takes all others along. */
    private static final String LEFT_OVER = String.join(
            " or ",
            Gone.realm("k.realmId"),
            Gone.user("k.userId"),
            Gone.client("k.clientId"),
            Gone.account("k.accountId"),
            "(k.ofAccount = false and " + Gone.membership("k.userId", "k.accountId") + ")");

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
        int keys = batches(this::purgeExpired) + batches(this::purgeLeftOver);
        int days = batches(this::purgeUses);
        LOG.debugf("Purged %d API keys, %d counts of uses, %d users of accounts", keys, days, dropSubjects());
    }

    private int batches(ToIntFunction<KeycloakSession> work) {
        int total = 0;
        int done = BATCH;
        for (int batch = 0; batch < MOST_BATCHES && done == BATCH; batch++) {
            done = KeycloakModelUtils.runJobInTransactionWithResult(factory, work::applyAsInt);
            total += done;
        }
        return total;
    }

    private int purgeExpired(KeycloakSession session) {
        long end = Time.currentTimeSeconds() - settings.retention().toSeconds();
        return purgeKeys(session, EXPIRED, "k.expiresAt, k.id", query -> query.setParameter("end", end));
    }

    private int purgeLeftOver(KeycloakSession session) {
        return purgeKeys(session, LEFT_OVER, "k.id", query -> {});
    }

    /** What is deleted is looked at again: its owner may have given a key more time since it was found. */
    private int purgeKeys(KeycloakSession session, String which, String order, Consumer<Query> parameters) {
        EntityManager entities = entities(session);
        Query find = entities.createQuery("select k.id, k.realmId from KeyRow k where " + which + " order by " + order)
                .setMaxResults(BATCH);
        parameters.accept(find);
        List<Object[]> rows = rows(find);
        if (rows.isEmpty()) {
            return 0;
        }
        Query delete = entities.createQuery("delete from KeyRow k where k.id in :ids and (" + which + ")")
                .setParameter("ids", rows.stream().map(row -> row[0]).toList());
        parameters.accept(delete);
        delete.executeUpdate();
        rows.forEach(row -> node.keysChange(session, (String) row[1]));
        return rows.size();
    }

    @SuppressWarnings("unchecked") // JPA's untyped query, of two columns
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }

    /** Counts of the oldest day that is too old. */
    private int purgeUses(KeycloakSession session) {
        EntityManager entities = entities(session);
        long end = Time.currentTimeSeconds() / DAY - settings.useRetention().toDays();
        List<Object[]> rows = rows(entities.createQuery(
                        "select u.keyId, u.day from KeyUseRow u where u.day < :end order by u.day, u.keyId")
                .setParameter("end", end)
                .setMaxResults(BATCH));
        rows.stream()
                .collect(Collectors.groupingBy(row -> row[1], Collectors.mapping(row -> row[0], Collectors.toList())))
                .forEach((day, keys) -> entities.createQuery(
                                "delete from KeyUseRow u where u.day = :day and u.keyId in :keys")
                        .setParameter("day", day)
                        .setParameter("keys", keys)
                        .executeUpdate());
        return rows.size();
    }

    /** Each in a transaction of its own: the row of its account is held, and no two are held at once. */
    private int dropSubjects() {
        int total = 0;
        List<IdleSubjects.Idle> idle = subjectsAfter("");
        for (int batch = 0; batch < MOST_BATCHES && !idle.isEmpty(); batch++) {
            idle.forEach(subject ->
                    KeycloakModelUtils.runJobInTransaction(factory, session -> dropSubject(session, subject)));
            total += idle.size();
            idle = subjectsAfter(idle.get(idle.size() - 1).userId());
        }
        return total;
    }

    private List<IdleSubjects.Idle> subjectsAfter(String userId) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                factory,
                session -> IdleSubjects.next(session, new IdleSubjects.Needed("KeyRow", "userId"), userId, BATCH));
    }

    private static void dropSubject(KeycloakSession session, IdleSubjects.Idle idle) {
        @Nullable RealmModel realm = session.realms().getRealm(idle.realmId());
        if (realm != null) {
            session.getContext().setRealm(realm);
            ChangeKey.dropSubject(session, realm, idle.accountId());
        }
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
