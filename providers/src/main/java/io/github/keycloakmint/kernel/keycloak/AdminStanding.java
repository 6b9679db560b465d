package io.github.keycloakmint.kernel.keycloak;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.authorization.AuthorizationProvider;
import org.keycloak.authorization.model.Policy;
import org.keycloak.authorization.model.ResourceServer;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.organization.OrganizationProvider;

/**
 * Whether a user is an administrator in the sense of T15: by any effective role (direct, through groups, organization
 * groups, composites, default roles), or because a policy of Keycloak's admin permissions names him.
 */
public final class AdminStanding {

    private AdminStanding() {}

    public static boolean isAdmin(KeycloakSession session, RealmModel realm, UserModel user) {
        Set<RoleModel> roles = effectiveRoles(session, realm, user);
        return roles.stream().anyMatch(AdminStanding::administrative)
                || (realm.isAdminPermissionsEnabled() && named(session, realm, user, roles));
    }

    /** All roles of the user, organization groups included, expanded. */
    private static Set<RoleModel> effectiveRoles(KeycloakSession session, RealmModel realm, UserModel user) {
        Set<RoleModel> roles = new HashSet<>(RoleUtils.getDeepUserRoleMappings(user));
        Set<RoleModel> fromOrganizations = new HashSet<>();
        organizationGroups(session, realm, user)
                .flatMap(AdminStanding::withParents)
                .flatMap(GroupModel::getRoleMappingsStream)
                .forEach(fromOrganizations::add);
        roles.addAll(RoleUtils.expandCompositeRoles(fromOrganizations));
        return roles;
    }

    private static Stream<GroupModel> organizationGroups(KeycloakSession session, RealmModel realm, UserModel user) {
        if (!realm.isOrganizationsEnabled()) {
            return Stream.empty();
        }
        OrganizationProvider organizations = session.getProvider(OrganizationProvider.class);
        return organizations.getByMember(user).toList().stream()
                .flatMap(organization -> organizations.getOrganizationGroupsByMember(organization, user));
    }

    private static Stream<GroupModel> withParents(GroupModel group) {
        return Stream.iterate(group, next -> next != null, GroupModel::getParent);
    }

    private static boolean administrative(RoleModel role) {
        if (role.getContainer() instanceof ClientModel owner) {
            return owner.getClientId().equals(Constants.REALM_MANAGEMENT_CLIENT_ID)
                    || owner.getClientId().endsWith("-realm");
        }
        // the master realm's own; elsewhere a realm role of these names is the product's business
        return role.getContainer() instanceof RealmModel owner
                && owner.getName().equals(Config.getAdminRealm())
                && (role.getName().equals(AdminRoles.ADMIN) || role.getName().equals(AdminRoles.CREATE_REALM));
    }

    /** Admin permissions need no role at all: a policy that names the user is enough (UserPermissionsV2). */
    private static boolean named(KeycloakSession session, RealmModel realm, UserModel user, Set<RoleModel> roles) {
        ClientModel client = realm.getAdminPermissionsClient();
        if (client == null) {
            return false;
        }
        AuthorizationProvider authorization = session.getProvider(AuthorizationProvider.class);
        ResourceServer server =
                authorization.getStoreFactory().getResourceServerStore().findByClient(client);
        if (server == null) {
            return false;
        }
        List<Policy> policies = authorization.getStoreFactory().getPolicyStore().findByResourceServer(server);
        Set<String> ids = new HashSet<>(Set.of(user.getId()));
        roles.forEach(role -> ids.add(role.getId()));
        Stream.concat(user.getGroupsStream(), organizationGroups(session, realm, user))
                .flatMap(AdminStanding::withParents)
                .forEach(group -> ids.add(group.getId()));
        return policies.stream().anyMatch(policy -> names(policy, ids));
    }

    /** Policies keep the ids that they name as JSON in these settings; an id is a UUID, so a text search is exact. */
    private static boolean names(Policy policy, Set<String> ids) {
        Map<String, String> config = policy.getConfig();
        return Stream.of("users", "roles", "groups")
                .map(config::get)
                .filter(value -> value != null)
                .anyMatch(value -> ids.stream().anyMatch(value::contains));
    }
}
