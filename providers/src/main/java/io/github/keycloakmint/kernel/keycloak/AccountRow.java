package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.util.Map;
import java.util.Optional;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.jpa.entities.OrganizationEntity;
import org.keycloak.organization.OrganizationProvider;

/**
 * An account's row in the database: whoever changes its members, roles or invitations here holds it, so that what was
 * checked is still so when it is written. Two owners who leave at the same moment, say, would else leave none behind.
 */
public final class AccountRow {

    /** As {@link UserRow} waits. */
    private static final Map<String, Object> PATIENCE = Map.of("jakarta.persistence.lock.timeout", 2_000);

    private AccountRow() {}

    /**
     * Locks the row until the transaction ends. Empty where the account is gone, disabled or another realm's. That the row
     * was not to be had in time is one of the failures that {@link FreshTransaction#insist} does the work again for.
     */
    public static Optional<OrganizationModel> lock(KeycloakSession session, RealmModel realm, String accountId) {
        EntityManager entities =
                session.getProvider(JpaConnectionProvider.class).getEntityManager();
        if (!realm.isOrganizationsEnabled() || !locked(entities, realm, accountId)) {
            return Optional.empty();
        }
        // what the session has read before is older than the lock; the row is there as long as it is held
        OrganizationEntity row = entities.find(OrganizationEntity.class, accountId);
        entities.refresh(row);
        return row.isEnabled()
                ? Optional.ofNullable(
                        session.getProvider(OrganizationProvider.class).getById(accountId))
                : Optional.empty();
    }

    /** Locks the row as {@link #lock} does, that of a disabled account as well; false where it is gone. */
    public static boolean exists(KeycloakSession session, RealmModel realm, String accountId) {
        return locked(session.getProvider(JpaConnectionProvider.class).getEntityManager(), realm, accountId);
    }

    /**
     * False for a row that is not there, also where the one who was waited for has deleted it: a query finds nothing then,
     * while refresh and lock of a known entity fail in Hibernate's own way (HHH000099).
     */
    private static boolean locked(EntityManager entities, RealmModel realm, String accountId) {
        TypedQuery<OrganizationEntity> query = entities.createQuery(
                        "select o from OrganizationEntity o where o.id = :id and o.realmId = :realm",
                        OrganizationEntity.class)
                .setParameter("id", accountId)
                .setParameter("realm", realm.getId())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE);
        PATIENCE.forEach(query::setHint);
        return !query.getResultList().isEmpty();
    }
}
