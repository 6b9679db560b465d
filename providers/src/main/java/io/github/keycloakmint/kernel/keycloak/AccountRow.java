package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.LockModeType;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
        @Nullable OrganizationEntity row = entities.find(OrganizationEntity.class, accountId);
        if (row == null || !realm.getId().equals(row.getRealmId()) || !realm.isOrganizationsEnabled()) {
            return Optional.empty();
        }
        try {
            // find alone would lock a row that the session has read before, and keep what it has read
            entities.refresh(row, LockModeType.PESSIMISTIC_WRITE, PATIENCE);
        } catch (EntityNotFoundException e) {
            return Optional.empty();
        }
        return row.isEnabled()
                ? Optional.ofNullable(
                        session.getProvider(OrganizationProvider.class).getById(accountId))
                : Optional.empty();
    }
}
