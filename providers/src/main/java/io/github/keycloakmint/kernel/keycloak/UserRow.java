package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Map;
import java.util.Optional;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.storage.StorageId;

/**
 * A user's row in the database. Keycloak replaces attributes by reading and writing without a version, so two
 * transactions that change one user at the same time leave an attribute twice (KEYCLOAK-3296 and its kind); whoever
 * changes users here holds the row first.
 */
public final class UserRow {

    /**
     * Milliseconds that a row is waited for, per attempt. H2 is told by the statement, PostgreSQL by the transaction's
     * {@code lock_timeout}; without it a PostgreSQL waits for ever, with a thread and a connection.
     */
    private static final Map<String, Object> PATIENCE = Map.of("jakarta.persistence.lock.timeout", 2_000);

    private UserRow() {}

    /**
     * Locks the user's row until the transaction ends. What is returned reads the database as it is under the lock, never
     * a cache, and is evicted from the caches of all nodes at commit. To be called before anything else has touched the
     * user in {@code session}, so in a {@link FreshTransaction}; empty where he is gone. Waits for the row
     * for a bounded time; that it was not to be had then is one of the failures that {@link FreshTransaction#insist} does
     * the work again for.
     */
    public static Optional<UserModel> lock(KeycloakSession session, RealmModel realm, String userId) {
        if (!StorageId.isLocalStorage(userId)) {
            // of another storage: no row of ours to lock
            return Optional.ofNullable(session.users().getUserById(realm, userId));
        }
        UserEntity row = entities(session).find(UserEntity.class, userId, LockModeType.PESSIMISTIC_WRITE, PATIENCE);
        if (row == null || !realm.getId().equals(row.getRealmId())) {
            return Optional.empty();
        }
        Optional<UserModel> user = Optional.ofNullable(session.users().getUserById(realm, userId));
        if (row.getFederationLink() == null) {
            user.ifPresent(cached -> leaveCache(cached, row.isEnabled()));
        }
        return user;
    }

    /**
     * Keycloak's cached user goes over to the database at its first real change, and skips what looks unchanged to it till
     * then; the eviction method that it has is in a module that can't be had from Maven Central. Nothing is flushed
     * between the two calls, so the row sees no change.
     */
    private static void leaveCache(UserModel user, boolean enabled) {
        user.setEnabled(!user.isEnabled());
        user.setEnabled(enabled);
    }

    /** The id that the user has at an identity provider, from the database and no cache. */
    public static Optional<String> foreignId(KeycloakSession session, String userId, String alias) {
        return entities(session)
                .createQuery(
                        "select f.userId from FederatedIdentityEntity f"
                                + " where f.user.id = :user and f.identityProvider = :alias",
                        String.class)
                .setParameter("user", userId)
                .setParameter("alias", alias)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** Writes now, so that a violated constraint shows here and not at the commit. */
    public static void flush(KeycloakSession session) {
        entities(session).flush();
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
