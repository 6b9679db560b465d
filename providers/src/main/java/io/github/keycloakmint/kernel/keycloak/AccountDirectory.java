package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Look-ups of accounts by those who are in them, a page at a time. A page costs the same few queries however many accounts
 * or members there are; Keycloak's own look-ups cost several for each. Read from the database, so what was committed a
 * moment ago, on whatever node, shows.
 */
public final class AccountDirectory {

    /** The enabled accounts of the realm that {@code :user} is in. */
    private static final String MINE = " from OrganizationEntity o, UserGroupMembershipEntity m"
            + " where o.realmId = :realm and o.enabled = true and :active = true"
            + " and m.groupId = o.groupId and m.user.id = :user";

    private static final String SHOWN = "select o.id, o.alias, o.name, o.groupId";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final AccountRoles roles;

    public AccountDirectory(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
        this.roles = AccountRoles.of(realm);
    }

    /** Part of a list. */
    public record Page<T>(List<T> items, long total) {}

    /** What a user is in one account. */
    public record Entry(String id, String name, String alias, Optional<String> role, List<String> permissions) {}

    /** A member as others of the account see him. */
    public record Person(String userId, Optional<String> email, Optional<String> name, Optional<String> role) {}

    private record Row(String id, String alias, String name, String groupId) {
        static Row of(Object[] columns) {
            return new Row((String) columns[0], (String) columns[1], (String) columns[2], (String) columns[3]);
        }
    }

    private record Group(String accountId, String id, String name, boolean mayBeRole) {}

    /**
     * The id of an enabled account that {@code userId} is in, by its id or its alias; where one account's alias is another's
     * id, the id counts. The same work for an account that is not there as for somebody else's.
     */
    public Optional<String> find(String idOrAlias, String userId) {
        return one("o.id", idOrAlias, userId).or(() -> one("o.alias", idOrAlias, userId));
    }

    private Optional<String> one(String column, String value, String userId) {
        return mine(entities().createQuery("select o.id" + MINE + " and " + column + " = :value", String.class), userId)
                .setParameter("value", value)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** Accounts of {@code user}, by alias. */
    public Page<Entry> accountsOf(UserModel user, int first, int max) {
        long total = mine(entities().createQuery("select count(o)" + MINE, Long.class), user.getId())
                .getSingleResult();
        List<Row> rows = mine(entities().createQuery(SHOWN + MINE + " order by o.alias", Object[].class), user.getId())
                .setFirstResult(first)
                .setMaxResults(max)
                .getResultList()
                .stream()
                .map(Row::of)
                .toList();
        return new Page<>(entries(user, rows), total);
    }

    /** What {@code user} is in the account with that id. */
    public Optional<Entry> account(String accountId, UserModel user) {
        List<Row> rows = mine(entities().createQuery(SHOWN + MINE + " and o.id = :id", Object[].class), user.getId())
                .setParameter("id", accountId)
                .getResultList()
                .stream()
                .map(Row::of)
                .toList();
        return entries(user, rows).stream().findFirst();
    }

    private List<Entry> entries(UserModel user, List<Row> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<String, String> names = displayNames(rows);
        Map<String, List<Group>> groups = groups(user.getId(), rows);
        Map<String, Set<RoleModel>> granted = granted(
                groups.values().stream().flatMap(List::stream).map(Group::id).toList());
        Set<RoleModel> direct = user.getRoleMappingsStream().collect(Collectors.toUnmodifiableSet());
        return rows.stream()
                .map(row -> {
                    List<Group> held = groups.getOrDefault(row.id(), List.of());
                    Optional<String> role = roles.highest(held.stream()
                            .filter(Group::mayBeRole)
                            .map(Group::name)
                            .toList());
                    Set<RoleModel> all = new HashSet<>(direct);
                    held.forEach(group -> all.addAll(granted.getOrDefault(group.id(), Set.of())));
                    return new Entry(
                            row.id(),
                            names.getOrDefault(row.groupId(), row.name()),
                            row.alias(),
                            role,
                            permissions(all));
                })
                .toList();
    }

    /** By the id of the accounts' own group, which is where Keycloak keeps an organization's attributes. */
    private Map<String, String> displayNames(List<Row> rows) {
        return entities()
                .createQuery(
                        "select a.group.id, a.value from GroupAttributeEntity a"
                                + " where a.name = :name and a.group.id in (:groups)",
                        Object[].class)
                .setParameter("name", Accounts.DISPLAY_NAME)
                .setParameter("groups", rows.stream().map(Row::groupId).toList())
                .getResultList()
                .stream()
                .filter(row -> row[1] != null)
                .collect(Collectors.toMap(row -> (String) row[0], row -> (String) row[1], (one, other) -> one));
    }

    private Map<String, List<Group>> groups(String userId, List<Row> rows) {
        return entities()
                .createQuery(
                        "select g.organization.id, g.id, g.name, g.parentId, g.organization.groupId"
                                + " from GroupEntity g, UserGroupMembershipEntity m"
                                + " where m.groupId = g.id and m.user.id = :user"
                                + " and g.organization.id in (:accounts) and g.id <> g.organization.groupId",
                        Object[].class)
                .setParameter("user", userId)
                .setParameter("accounts", rows.stream().map(Row::id).toList())
                .getResultList()
                .stream()
                .map(row ->
                        new Group((String) row[0], (String) row[1], (String) row[2], Objects.equals(row[3], row[4])))
                .collect(Collectors.groupingBy(Group::accountId));
    }

    private Map<String, Set<RoleModel>> granted(Collection<String> groupIds) {
        Map<String, Set<RoleModel>> granted = new HashMap<>();
        if (groupIds.isEmpty()) {
            return granted;
        }
        entities()
                .createQuery(
                        "select r.group.id, r.roleId from GroupRoleMappingEntity r where r.group.id in (:groups)",
                        Object[].class)
                .setParameter("groups", groupIds)
                .getResultList()
                .forEach(row -> Optional.ofNullable(realm.getRoleById((String) row[1]))
                        .ifPresent(role -> granted.computeIfAbsent((String) row[0], group -> new HashSet<>())
                                .add(role)));
        return granted;
    }

    private static List<String> permissions(Set<RoleModel> roles) {
        return RoleUtils.expandCompositeRoles(roles).stream()
                .filter(role -> role.getContainer() instanceof ClientModel client && PermissionClients.contains(client))
                .map(RoleModel::getName)
                .distinct()
                .sorted()
                .toList();
    }

    /** What {@code userId} is in an account that {@link #find} has found for him. */
    public Optional<String> roleIn(String accountId, String userId) {
        return roles.highest(groupNames(accountId, List.of(userId)).getOrDefault(userId, List.of()));
    }

    /** Members of an account, by user name; no service accounts, which are nobody. */
    public Page<Person> membersOf(String accountId, int first, int max) {
        String members = " from UserGroupMembershipEntity m, OrganizationEntity o"
                + " where o.id = :account and m.groupId = o.groupId and m.user.serviceAccountClientLink is null";
        long total = entities()
                .createQuery("select count(m)" + members, Long.class)
                .setParameter("account", accountId)
                .getSingleResult();
        List<Object[]> rows = entities()
                .createQuery(
                        "select m.user.id, m.user.email, m.user.firstName, m.user.lastName" + members
                                + " order by m.user.username",
                        Object[].class)
                .setParameter("account", accountId)
                .setFirstResult(first)
                .setMaxResults(max)
                .getResultList();
        Map<String, List<String>> groups =
                groupNames(accountId, rows.stream().map(row -> (String) row[0]).toList());
        return new Page<>(
                rows.stream()
                        .map(row -> new Person(
                                (String) row[0],
                                Optional.ofNullable((String) row[1]),
                                fullName((String) row[2], (String) row[3]),
                                roles.highest(groups.getOrDefault((String) row[0], List.of()))))
                        .toList(),
                total);
    }

    private Map<String, List<String>> groupNames(String accountId, List<String> userIds) {
        Map<String, List<String>> names = new HashMap<>();
        if (userIds.isEmpty()) {
            return names;
        }
        entities()
                .createQuery(
                        "select m.user.id, g.name from GroupEntity g, UserGroupMembershipEntity m"
                                + " where m.groupId = g.id and m.user.id in (:users)"
                                + " and g.organization.id = :account and g.parentId = g.organization.groupId",
                        Object[].class)
                .setParameter("users", userIds)
                .setParameter("account", accountId)
                .getResultList()
                .forEach(row -> names.computeIfAbsent((String) row[0], user -> new ArrayList<>())
                        .add((String) row[1]));
        return names;
    }

    private static Optional<String> fullName(@Nullable String given, @Nullable String family) {
        return Optional.of(Stream.of(given, family)
                        .filter(part -> part != null && !part.isBlank())
                        .collect(Collectors.joining(" ")))
                .filter(name -> !name.isEmpty());
    }

    private <T> TypedQuery<T> mine(TypedQuery<T> query, String userId) {
        return query.setParameter("realm", realm.getId())
                .setParameter("active", realm.isOrganizationsEnabled())
                .setParameter("user", userId);
    }

    private EntityManager entities() {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
