package io.github.keycloakmint.kernel.keycloak;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.storage.StorageId;

/**
 * Accounts of a user (contract section 1): account = organization, role = his group there, permissions = roles of clients
 * marked {@code mint.permissions=true} that his groups in it have, plus those mapped to him directly. Never {@code hasRole}
 * or deep mappings, through which roles of one organization's groups count in every other (T7).
 *
 * <p>A role is a group right below the account's own one. One of that name further down says something about a team or a
 * project and is no role; the permissions that an admin gave it count, as those of every group of the account.
 */
public final class Memberships {

    private static final int LONGEST_NAME = 255;

    /** Accounts that are asked for by hand; a user who is in more pays for the rest with queries, others not with cache. */
    private static final int MOST_KEPT = 500;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final AccountRoles roles;

    public Memberships(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
        this.roles = AccountRoles.of(realm);
    }

    /** What a user is in one account. */
    public record Membership(
            OrganizationModel organization, String name, Optional<String> role, Set<Permission> granted) {

        /** By their names. */
        public List<String> permissions() {
            return Permission.names(granted);
        }

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

    /** As {@link #in(UserModel, String)}, with the permissions that are roles of clients that are {@code counted}. */
    Optional<Membership> in(UserModel user, String account, Predicate<ClientModel> counted) {
        if (!realm.isOrganizationsEnabled() || !plausible(account)) {
            return Optional.empty();
        }
        return byId(account)
                .or(() -> Optional.ofNullable(organizations().getByAlias(account)))
                .filter(OrganizationModel::isEnabled)
                .filter(organization -> organization.isMember(user))
                .map(organization -> place(organization, groupsIn(organization, user)))
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
        organizationsOf(user).limit(MOST_KEPT).forEach(organization -> organization.isMember(user));
    }

    /** Keycloak's cache answers null for an organization that ended since it was asked. */
    private Stream<OrganizationModel> organizationsOf(UserModel user) {
        return organizations().getByMember(user).filter(Objects::nonNull);
    }

    /** Longer ones fit in no column; a NUL is an error to PostgreSQL. */
    private static boolean plausible(String account) {
        return !account.isEmpty()
                && account.length() <= LONGEST_NAME
                && account.chars().noneMatch(Character::isISOControl);
    }

    private Optional<OrganizationModel> byId(String id) {
        return organization(session, id);
    }

    /** The organization of the context's realm with this id, enabled or not. */
    static Optional<OrganizationModel> organization(KeycloakSession session, String id) {
        try {
            return Optional.ofNullable(
                    session.getProvider(OrganizationProvider.class).getById(id));
        } catch (ModelException e) {
            // Keycloak's word for an organization of another realm, which is an unknown one here (T10)
            return Optional.empty();
        }
    }

    /** @param mayBeRole right below the account's own group */
    private record Held(GroupModel group, boolean mayBeRole) {}

    private record Place(OrganizationModel organization, List<Held> groups, Optional<String> role) {}

    private Stream<Place> places(UserModel user) {
        if (!realm.isOrganizationsEnabled()) {
            return Stream.empty();
        }
        keep(user);
        Function<OrganizationModel, List<Held>> groups = groups(user);
        return organizationsOf(user)
                .filter(OrganizationModel::isEnabled)
                .map(organization -> place(organization, groups.apply(organization)))
                .sorted(Comparator.comparingInt(
                                (Place place) -> roles.rank(place.role().orElse("")))
                        .thenComparing(place -> place.organization().getAlias()));
    }

    /** One query for a user of a hundred accounts, where Keycloak's own model asks for each. */
    private Function<OrganizationModel, List<Held>> groups(UserModel user) {
        if (!StorageId.isLocalStorage(user.getId())) {
            return organization -> groupsIn(organization, user);
        }
        Map<String, List<Held>> groups = session
                .getProvider(JpaConnectionProvider.class)
                .getEntityManager()
                .createQuery(
                        "select o.id, g.id, g.parentId, o.groupId from UserGroupMembershipEntity m, GroupEntity g"
                                + " join g.organization o"
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
                                row -> Stream.ofNullable(realm.getGroupById((String) row[1]))
                                        .map(group -> new Held(group, Objects.equals(row[2], row[3]))),
                                Collectors.toList())));
        return organization -> groups.getOrDefault(organization.getId(), List.of());
    }

    private List<Held> groupsIn(OrganizationModel organization, UserModel user) {
        return organizations()
                .getOrganizationGroupsByMember(organization, user)
                .map(group -> new Held(group, belowAccount(group)))
                .toList();
    }

    /** An organization's own group is the only one of its groups that is below none. */
    private static boolean belowAccount(GroupModel group) {
        @Nullable GroupModel parent = group.getParent();
        return parent != null && parent.getParentId() == null;
    }

    private Place place(OrganizationModel organization, List<Held> groups) {
        return new Place(
                organization,
                groups,
                roles.highest(groups.stream()
                        .filter(Held::mayBeRole)
                        .map(held -> held.group().getName())
                        .toList()));
    }

    private static Membership membership(Place place, UserModel user, Predicate<ClientModel> counted) {
        return new Membership(
                place.organization(),
                Accounts.displayName(place.organization()),
                place.role(),
                permissions(user, place.groups(), counted));
    }

    private static Set<Permission> permissions(UserModel user, List<Held> groups, Predicate<ClientModel> counted) {
        return Permission.among(
                Stream.concat(user.getRoleMappingsStream(), groups.stream().flatMap(held -> held.group()
                        .getRoleMappingsStream())),
                counted);
    }

    private OrganizationProvider organizations() {
        return session.getProvider(OrganizationProvider.class);
    }
}
