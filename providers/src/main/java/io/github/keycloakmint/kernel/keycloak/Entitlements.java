package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * What may be given to an API key: permissions, which are roles of enabled clients marked {@code mint.permissions=true}, of a
 * user or of an account (T7, T34).
 */
public final class Entitlements {

    private final KeycloakSession session;
    private final RealmModel realm;

    public Entitlements(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** @param role that a user has in the account; an account itself has none */
    public record Held(String accountId, String alias, Optional<String> role, Set<Permission> granted) {

        /** By their names. */
        public List<String> permissions() {
            return Permission.names(granted);
        }
    }

    /** What {@code user} is in the enabled account with this id or alias. */
    public Optional<Held> in(UserModel user, String account) {
        return in(user, account, ClientModel::isEnabled);
    }

    /** As {@link #in(UserModel, String)}, with the permissions that are roles of {@code audience} alone (T7). */
    public Optional<Held> in(UserModel user, String account, ClientModel audience) {
        return in(user, account, client -> client.isEnabled() && client.getId().equals(audience.getId()));
    }

    private Optional<Held> in(UserModel user, String account, Predicate<ClientModel> counted) {
        return new Memberships(session, realm)
                .in(user, account, counted)
                .map(found -> new Held(found.accountId(), found.alias(), found.role(), found.granted()));
    }

    /** Those mapped to {@code user} himself, without any account. */
    public Set<Permission> direct(UserModel user) {
        return Permission.among(user.getRoleMappingsStream(), ClientModel::isEnabled);
    }

    /** What the enabled account itself may do: all that any of its groups may. One query. */
    public Optional<Held> of(String accountId) {
        return open(accountId)
                .map(account -> new Held(
                        account.getId(),
                        account.getAlias(),
                        Optional.empty(),
                        Permission.among(
                                granted(accountId).stream()
                                        .map(realm::getRoleById)
                                        .filter(Objects::nonNull),
                                ClientModel::isEnabled)));
    }

    /** Where there is an enabled account with this id; no query while Keycloak's cache knows it. */
    public Optional<OrganizationModel> open(String accountId) {
        if (!realm.isOrganizationsEnabled()) {
            return Optional.empty();
        }
        return Memberships.organization(session, accountId).filter(OrganizationModel::isEnabled);
    }

    /**
     * True where every one of {@code names} is a permission in the realm, whoever has it. Two queries however many are asked
     * for, and none by Keycloak's cache of realms: it keeps each name that is none, so names that were made up would throw
     * everything else out of it.
     */
    public boolean exist(Set<String> names) {
        if (names.isEmpty()) {
            return true;
        }
        List<String> clients = new PermissionClients(session, realm)
                .all().stream().map(ClientModel::getId).toList();
        return !clients.isEmpty() && roles(clients, names).containsAll(names);
    }

    private Set<String> roles(List<String> clients, Set<String> names) {
        return Set.copyOf(session.getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select distinct r.name from RoleEntity r where r.clientId in :clients and r.name in :names",
                        String.class)
                .setParameter("clients", clients)
                .setParameter("names", names)
                .getResultList());
    }

    private List<String> granted(String accountId) {
        return session.getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select distinct r.roleId from GroupRoleMappingEntity r, GroupEntity g"
                                + " where r.group.id = g.id and g.organization.id = :account and g.realm = :realm",
                        String.class)
                .setParameter("account", accountId)
                .setParameter("realm", realm.getId())
                .getResultList();
    }
}
