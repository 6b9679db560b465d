package io.github.keycloakmint.kernel.keycloak;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.storage.StorageId;

/**
 * Accounts of a user (contract section 1): account = organization, role = his group there, permissions = that group's
 * roles of clients marked {@code mint.permissions=true}, plus those mapped to him directly. Never {@code hasRole} or deep
 * mappings, through which roles of one organization's groups count in every other (T7).
 */
public final class Memberships {

    private static final List<String> SHIPPED_ORDER = List.of("owner", "admin", "member");

    private static final int LONGEST_NAME = 255;

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
        return places(user)
                .map(place -> membership(place, user, client -> true))
                .toList();
    }

    /** The first of {@link #of}, without working out what the user may do in the others. */
    public Optional<Membership> best(UserModel user) {
        return places(user).findFirst().map(place -> membership(place, user, client -> true));
    }

    /** What {@code user} is in the enabled account with this id or alias; empty for whatever he is no member of. */
    public Optional<Membership> in(UserModel user, String account) {
        return in(user, account, client -> true);
    }

    /** As {@link #in(UserModel, String)}, with the permissions that are roles of {@code audience} alone (T7). */
    public Optional<Membership> in(UserModel user, String account, ClientModel audience) {
        return in(user, account, client -> client.getId().equals(audience.getId()));
    }

    private Optional<Membership> in(UserModel user, String account, Predicate<ClientModel> counted) {
        if (!realm.isOrganizationsEnabled() || !plausible(account)) {
            return Optional.empty();
        }
        return byId(account)
                .or(() -> Optional.ofNullable(organizations().getByAlias(account)))
                .filter(OrganizationModel::isEnabled)
                .filter(organization -> organization.isMember(user))
                .map(organization -> place(organization, groupsIn(organization, user), order()))
                .map(place -> {
                    keep(user);
                    return membership(place, user, counted);
                });
    }

    /**
     * Has Keycloak keep every membership of {@code user} in its cache. Whenever it takes a user out of that cache it looks at
     * each of them (UserCacheSession.validateCache, Organizations.isReadOnlyOrganizationMember), with two queries for each that
     * nobody has asked {@code isMember} of before: at every call of a user with a hundred accounts.
     */
    private void keep(UserModel user) {
        organizations().getByMember(user).forEach(organization -> organization.isMember(user));
    }

    /** Longer ones fit in no column; a NUL is an error to PostgreSQL. */
    private static boolean plausible(String account) {
        return !account.isEmpty()
                && account.length() <= LONGEST_NAME
                && account.chars().noneMatch(Character::isISOControl);
    }

    private Optional<OrganizationModel> byId(String id) {
        try {
            return Optional.ofNullable(organizations().getById(id));
        } catch (ModelException e) {
            // Keycloak's word for an organization of another realm, which is an unknown one here (T10)
            return Optional.empty();
        }
    }

    private record Place(OrganizationModel organization, List<GroupModel> groups, Optional<String> role) {}

    private Stream<Place> places(UserModel user) {
        if (!realm.isOrganizationsEnabled()) {
            return Stream.empty();
        }
        keep(user);
        List<String> order = order();
        Function<OrganizationModel, List<GroupModel>> groups = groups(user);
        return organizations()
                .getByMember(user)
                .filter(OrganizationModel::isEnabled)
                .map(organization -> place(organization, groups.apply(organization), order))
                .sorted(Comparator.comparingInt(
                                (Place place) -> rank(order, place.role().orElse("")))
                        .thenComparing(place -> place.organization().getAlias()));
    }

    /** One query for a user of a hundred accounts, where Keycloak's own model asks for each. */
    private Function<OrganizationModel, List<GroupModel>> groups(UserModel user) {
        if (!StorageId.isLocalStorage(user.getId())) {
            return organization -> groupsIn(organization, user);
        }
        Map<String, List<GroupModel>> groups = session
                .getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select o.id, g.id from UserGroupMembershipEntity m, GroupEntity g join g.organization o"
                                + " where m.user.id = :user and g.id = m.groupId and g.realm = :realm"
                                + " and g.id <> o.groupId",
                        Object[].class)
                .setParameter("user", user.getId())
                .setParameter("realm", realm.getId())
                .getResultList()
                .stream()
                .collect(Collectors.groupingBy(
                        row -> (String) row[0],
                        Collectors.flatMapping(
                                row -> Stream.ofNullable(realm.getGroupById((String) row[1])), Collectors.toList())));
        return organization -> groups.getOrDefault(organization.getId(), List.of());
    }

    private List<GroupModel> groupsIn(OrganizationModel organization, UserModel user) {
        return organizations().getOrganizationGroupsByMember(organization, user).toList();
    }

    private static Place place(OrganizationModel organization, List<GroupModel> groups, List<String> order) {
        Optional<String> role = groups.stream()
                .map(GroupModel::getName)
                .min(Comparator.comparingInt((String name) -> rank(order, name))
                        .thenComparing(Comparator.naturalOrder()));
        return new Place(organization, groups, role);
    }

    private static Membership membership(Place place, UserModel user, Predicate<ClientModel> counted) {
        return new Membership(
                place.organization(),
                name(place.organization()),
                place.role(),
                permissions(user, place.groups(), counted));
    }

    private static List<String> permissions(UserModel user, List<GroupModel> groups, Predicate<ClientModel> counted) {
        Set<RoleModel> roles = Stream.concat(
                        user.getRoleMappingsStream(), groups.stream().flatMap(GroupModel::getRoleMappingsStream))
                .collect(Collectors.toCollection(HashSet::new));
        return RoleUtils.expandCompositeRoles(roles).stream()
                .filter(role -> role.getContainer() instanceof ClientModel client
                        && counted.test(client)
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
