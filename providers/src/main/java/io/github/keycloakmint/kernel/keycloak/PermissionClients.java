package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;

/**
 * Clients whose roles are permissions ({@code mint.permissions=true}), and which of them the groups of a new account get
 * ({@code mint.account-roles.<group>}).
 */
final class PermissionClients {

    private static final Logger LOG = Logger.getLogger(PermissionClients.class);

    private static final String PERMISSIONS = "mint.permissions";
    private static final String ACCOUNT_ROLES = "mint.account-roles.";
    /** More clients than that with the attribute is a mistake. */
    private static final int MOST = 1_000;

    private final KeycloakSession session;
    private final RealmModel realm;

    PermissionClients(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    static boolean contains(ClientModel client) {
        return "true".equals(client.getAttribute(PERMISSIONS));
    }

    /** Enabled ones. One query, and none a client where it is cached. */
    List<ClientModel> all() {
        return session
                .getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select c.id from ClientEntity c join c.attributes a"
                                + " where c.realmId = :realm and a.name = :name order by c.clientId",
                        String.class)
                .setParameter("realm", realm.getId())
                .setParameter("name", PERMISSIONS)
                .setMaxResults(MOST)
                .getResultList()
                .stream()
                .map(realm::getClientById)
                .filter(Objects::nonNull)
                .filter(ClientModel::isEnabled)
                .filter(PermissionClients::contains)
                .toList();
    }

    /** What {@code client} gives to the group of that name in new accounts. A name that is no role gives nothing. */
    static Stream<RoleModel> rolesOf(ClientModel client, String group) {
        return named(client, group).stream().flatMap(name -> role(client, group, name).stream());
    }

    private static Set<String> named(ClientModel client, String group) {
        try {
            return new Attributes("client '" + client.getClientId() + "'", client::getAttribute)
                    .set(ACCOUNT_ROLES + group);
        } catch (Attributes.BadAttribute e) {
            LOG.error(e.getMessage());
            return Set.of();
        }
    }

    private static Optional<RoleModel> role(ClientModel client, String group, String name) {
        Optional<RoleModel> role = Optional.ofNullable(client.getRole(name));
        if (role.isEmpty()) {
            LOG.errorf(
                    "Attribute %s%s of client '%s' names a role that the client does not have; new accounts go without it",
                    ACCOUNT_ROLES, group, client.getClientId());
        }
        return role;
    }
}
