package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
import org.keycloak.representations.idm.authorization.Logic;
import org.keycloak.util.JsonSerialization;

/**
 * Whether a user is an administrator in the sense of T15: by any effective role (direct, through groups, organization
 * groups, composites, default roles), or because a policy of Keycloak's admin permissions names him.
 */
public final class AdminStanding {

    private AdminStanding() {}

    public static boolean isAdmin(KeycloakSession session, RealmModel realm, UserModel user) {
        List<GroupModel> teams = organizationGroups(session, realm, user)
                .flatMap(AdminStanding::withParents)
                .toList();
        Set<RoleModel> roles = effectiveRoles(user, teams);
        return roles.stream().anyMatch(AdminStanding::administrative)
                || (realm.isAdminPermissionsEnabled() && named(session, realm, user, roles, teams));
    }

    /** All roles of the user, organization groups included, expanded. */
    private static Set<RoleModel> effectiveRoles(UserModel user, List<GroupModel> teams) {
        Set<RoleModel> roles = new HashSet<>(RoleUtils.getDeepUserRoleMappings(user));
        Set<RoleModel> fromOrganizations = new HashSet<>();
        teams.stream().flatMap(GroupModel::getRoleMappingsStream).forEach(fromOrganizations::add);
        roles.addAll(RoleUtils.expandCompositeRoles(fromOrganizations));
        return roles;
    }

    private static Stream<GroupModel> organizationGroups(KeycloakSession session, RealmModel realm, UserModel user) {
        if (!realm.isOrganizationsEnabled()) {
            return Stream.empty();
        }
        OrganizationProvider organizations = session.getProvider(OrganizationProvider.class);
        return organizations.getByMember(user).filter(Objects::nonNull).toList().stream()
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
                && AdminRealm.is(owner)
                && (role.getName().equals(AdminRoles.ADMIN) || role.getName().equals(AdminRoles.CREATE_REALM));
    }

    /** Admin permissions need no role at all: a policy that names the user is enough (UserPermissionsV2). */
    private static boolean named(
            KeycloakSession session, RealmModel realm, UserModel user, Set<RoleModel> roles, List<GroupModel> teams) {
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
        Stream.concat(user.getGroupsStream().flatMap(AdminStanding::withParents), teams.stream())
                .forEach(group -> ids.add(group.getId()));
        return policies.stream().anyMatch(policy -> names(policy, ids));
    }

    /** True when the policy names one of {@code ids}, or, being negative, everybody but those that it names. */
    private static boolean names(Policy policy, Set<String> ids) {
        boolean kind = Set.of("user", "role", "group").contains(policy.getType());
        return kind && named(policy).anyMatch(ids::contains) != (policy.getLogic() == Logic.NEGATIVE);
    }

    /** Policies keep what they name as a JSON list of ids, or of objects with an id. */
    private static Stream<String> named(Policy policy) {
        return Stream.of("users", "roles", "groups")
                .flatMap(setting -> Stream.ofNullable(policy.getConfig().get(setting)))
                .flatMap(AdminStanding::ids);
    }

    private static Stream<String> ids(String json) {
        try {
            return StreamSupport.stream(
                            JsonSerialization.readValue(json, JsonNode.class).spliterator(), false)
                    .map(entry -> entry.isTextual()
                            ? entry.textValue()
                            : entry.path("id").asText());
        } catch (IOException e) {
            throw new IllegalStateException("A policy's settings are no JSON", e);
        }
    }
}
