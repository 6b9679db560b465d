package io.github.keycloakmint.kernel.keycloak;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.organization.OrganizationProvider;

/**
 * Accounts of a user (contract section 1): account = organization, role = his group there, permissions = that group's
 * roles of clients marked {@code mint.permissions=true}, plus those mapped to him directly. Never {@code hasRole} or deep
 * mappings, through which roles of one organization's groups count in every other (T7).
 */
public final class Memberships {

    private static final List<String> SHIPPED_ORDER = List.of("owner", "admin", "member");

    private final KeycloakSession session;
    private final RealmModel realm;

    public Memberships(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** What a user is in one account. */
    public record Membership(
            OrganizationModel organization, String name, Optional<String> role, List<String> permissions) {

        public String accountId() {
            return organization.getId();
        }

        public String alias() {
            return organization.getAlias();
        }
    }

    /** Every enabled account of {@code user}: the highest role first, then by alias. */
    public List<Membership> of(UserModel user) {
        if (!realm.isOrganizationsEnabled()) {
            return List.of();
        }
        List<String> order = order();
        return organizations()
                .getByMember(user)
                .filter(OrganizationModel::isEnabled)
                .map(organization -> membership(organization, user, order))
                .sorted(Comparator.comparingInt((Membership membership) ->
                                rank(order, membership.role().orElse("")))
                        .thenComparing(Membership::alias))
                .toList();
    }

    private Membership membership(OrganizationModel organization, UserModel user, List<String> order) {
        List<GroupModel> groups = organizations()
                .getOrganizationGroupsByMember(organization, user)
                .toList();
        Optional<String> role = groups.stream()
                .map(GroupModel::getName)
                .min(Comparator.comparingInt((String name) -> rank(order, name))
                        .thenComparing(Comparator.naturalOrder()));
        return new Membership(organization, name(organization), role, permissions(user, groups));
    }

    private static List<String> permissions(UserModel user, List<GroupModel> groups) {
        Set<RoleModel> roles = Stream.concat(
                        user.getRoleMappingsStream(), groups.stream().flatMap(GroupModel::getRoleMappingsStream))
                .collect(Collectors.toCollection(HashSet::new));
        return RoleUtils.expandCompositeRoles(roles).stream()
                .filter(role -> role.getContainer() instanceof ClientModel client
                        && "true".equals(client.getAttribute("mint.permissions")))
                .map(RoleModel::getName)
                .distinct()
                .sorted()
                .toList();
    }

    private static String name(OrganizationModel organization) {
        List<String> given = organization.getAttributes().getOrDefault("mint.display-name", List.of());
        return given.isEmpty() ? organization.getName() : given.get(0);
    }

    private static int rank(List<String> order, String role) {
        int at = order.indexOf(role);
        return at < 0 ? order.size() : at;
    }

    private List<String> order() {
        List<String> set = Stream.of(Optional.ofNullable(realm.getAttribute("mint.account-role-order"))
                        .orElse("")
                        .split(",", -1))
                .map(String::trim)
                .filter(role -> !role.isEmpty())
                .toList();
        return set.isEmpty() ? SHIPPED_ORDER : set;
    }

    private OrganizationProvider organizations() {
        return session.getProvider(OrganizationProvider.class);
    }
}
