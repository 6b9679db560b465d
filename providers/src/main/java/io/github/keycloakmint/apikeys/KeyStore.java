package io.github.keycloakmint.apikeys;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The keys of one realm in the database, in the transaction of {@code session}. */
final class KeyStore {

    /** As other rows of the bundle are waited for. */
    private static final int PATIENCE_MILLIS = 2_000;

    private final String realmId;
    private final EntityManager entities;

    KeyStore(KeycloakSession session, RealmModel realm) {
        this.realmId = realm.getId();
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }

    /**
     * Which keys.
     *
     * @param userId their owner; empty: anybody
     * @param accountId that they are owned by or narrowed to; empty: any, and none
     */
    record Search(Optional<String> userId, Optional<String> accountId, int first, int max) {}

    /** Uses of a key on one day. */
    record Day(long day, long uses) {}

    Optional<KeyRow> find(String id) {
        return Optional.ofNullable(entities.find(KeyRow.class, id)).filter(row -> row.realmId.equals(realmId));
    }

    /** As the database has it now, not as this session has read it before; what comes back is not written. */
    Optional<KeyRow> read(String id) {
        Optional<KeyRow> row = find(id);
        row.ifPresent(entities::detach);
        return row;
    }

    /** Holds the row until the transaction ends: whoever changes one thing must not write back another as it was. */
    Optional<KeyRow> lock(String id) {
        return entities
                .createQuery("select k from KeyRow k where k.id = :id and k.realmId = :realm", KeyRow.class)
                .setParameter("id", id)
                .setParameter("realm", realmId)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setHint("jakarta.persistence.lock.timeout", PATIENCE_MILLIS)
                .getResultList()
                .stream()
                .findFirst();
    }

    void flush() {
        entities.flush();
    }

    void add(KeyRow row) {
        entities.persist(row);
        entities.flush();
    }

    void remove(KeyRow row) {
        entities.remove(row);
        entities.flush();
    }

    /** Newest first. */
    List<KeyRow> list(Search search) {
        return with(
                        search,
                        entities.createQuery(
                                "select k" + where(search) + " order by k.createdAt desc, k.id", KeyRow.class))
                .setFirstResult(search.first())
                .setMaxResults(search.max())
                .getResultList();
    }

    long count(Search search) {
        return with(search, entities.createQuery("select count(k)" + where(search), Long.class))
                .getSingleResult();
    }

    /** Keys that {@code userId} owns, those narrowed to an account among them. */
    long ownedBy(String userId) {
        return count(new Search(Optional.of(userId), Optional.empty(), 0, 1));
    }

    private static String where(Search search) {
        return " from KeyRow k where k.realmId = :realm"
                + (search.userId().isPresent() ? " and k.userId = :user" : "")
                + (search.accountId().isPresent() ? " and k.accountId = :account" : "");
    }

    private <T> TypedQuery<T> with(Search search, TypedQuery<T> query) {
        query.setParameter("realm", realmId);
        search.userId().ifPresent(user -> query.setParameter("user", user));
        search.accountId().ifPresent(account -> query.setParameter("account", account));
        return query;
    }

    /** When each of these was last used, as far as it was written. One query. */
    Map<String, Long> lastUsed(Collection<KeyRow> rows) {
        Map<String, Long> last = new HashMap<>();
        if (rows.isEmpty()) {
            return last;
        }
        entities.createQuery(
                        "select u.keyId, max(u.lastUsedAt) from KeyUseRow u where u.keyId in :keys group by u.keyId",
                        Object[].class)
                .setParameter("keys", rows.stream().map(row -> row.id).toList())
                .getResultList()
                .forEach(found -> last.put((String) found[0], (Long) found[1]));
        return last;
    }

    /** Days from {@code since} on that saw a use. */
    List<Day> uses(KeyRow row, long since) {
        return entities
                .createQuery(
                        "select u.day, u.uses from KeyUseRow u where u.keyId = :key and u.day >= :since order by u.day",
                        Object[].class)
                .setParameter("key", row.id)
                .setParameter("since", since)
                .getResultList()
                .stream()
                .map(found -> new Day((Long) found[0], (Long) found[1]))
                .collect(Collectors.toList());
    }

    /** A user is gone: his keys go; those that he made for an account stay, without his name. */
    void forgetUser(String userId) {
        deleteWhere("userId", userId);
        entities.createQuery("update KeyRow k set k.createdBy = null where k.createdBy = :user and k.realmId = :realm")
                .setParameter("user", userId)
                .setParameter("realm", realmId)
                .executeUpdate();
    }

    /** A member has left: his keys that were narrowed to the account don't come back with him. */
    void forgetMember(String userId, String accountId) {
        entities.createQuery("delete from KeyRow k where k.userId = :user and k.accountId = :account"
                        + " and k.realmId = :realm and k.ofAccount = false")
                .setParameter("user", userId)
                .setParameter("account", accountId)
                .setParameter("realm", realmId)
                .executeUpdate();
    }

    void forgetAccount(String accountId) {
        deleteWhere("accountId", accountId);
    }

    void forgetClient(String clientId) {
        deleteWhere("clientId", clientId);
    }

    void forgetRealm() {
        deleteWhere("realmId", realmId);
    }

    /** Their uses go with them, by the foreign key. */
    private void deleteWhere(String column, String value) {
        entities.createQuery("delete from KeyRow k where k." + column + " = :value and k.realmId = :realm")
                .setParameter("value", value)
                .setParameter("realm", realmId)
                .executeUpdate();
    }
}
