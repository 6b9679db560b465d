package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.jpa.entities.OrganizationInvitationEntity;

/** An invitation as it was before it was used up, to be put back when what it was used for is undone. */
public record SpentInvitation(
        String id,
        String accountId,
        String email,
        @Nullable String firstName,
        @Nullable String lastName,
        int createdAt,
        int expiresAt,
        String link) {

    @Override
    public String toString() {
        return "SpentInvitation"; // the link has the hash of a secret
    }

    /** To be called before {@link Invitations#join} removes it. */
    public static Optional<SpentInvitation> of(KeycloakSession session, Invitations.Invitation invitation) {
        EntityManager entities = entities(session);
        @Nullable OrganizationInvitationEntity row = entities.find(OrganizationInvitationEntity.class, invitation.id());
        if (row == null) {
            return Optional.empty();
        }
        entities.detach(row);
        return Optional.of(new SpentInvitation(
                row.getId(),
                row.getOrganizationId(),
                row.getEmail(),
                row.getFirstName(),
                row.getLastName(),
                row.getCreatedAt(),
                row.getExpiresAt(),
                row.getInviteLink()));
    }

    /** Unless its account is gone, or the same email was invited to it again meanwhile. */
    public void restore(KeycloakSession session, RealmModel realm) {
        AccountRow.lock(session, realm, accountId)
                .filter(account -> invited(session) == 0)
                .ifPresent(account -> {
                    OrganizationInvitationEntity row =
                            new OrganizationInvitationEntity(id, accountId, email, firstName, lastName);
                    row.setCreatedAt(createdAt);
                    row.setExpiresAt(expiresAt);
                    row.setInviteLink(link);
                    entities(session).persist(row);
                });
    }

    private long invited(KeycloakSession session) {
        return entities(session)
                .createQuery(
                        "select count(i) from OrganizationInvitationEntity i"
                                + " where i.organizationId = :account and i.email = :email",
                        Long.class)
                .setParameter("account", accountId)
                .setParameter("email", email)
                .getSingleResult();
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
