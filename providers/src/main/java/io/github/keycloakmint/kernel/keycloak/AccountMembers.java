package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;

/**
 * Members of one account, read from the database and no cache. To be changed under its {@link AccountRow} alone.
 *
 * <p>A role is a group right below the account's own one: a group of that name further down says something about a team or
 * a project, not about the account.
 */
public final class AccountMembers {

    private static final String MANAGED = "MANAGED";
    /** Groups of the member {@code :user} that may be roles in the account {@code :account}. */
    private static final String GROUPS_OF_MEMBER = " from GroupEntity g, UserGroupMembershipEntity m"
            + " where m.groupId = g.id and m.user.id = :user"
            + " and g.organization.id = :account and g.parentId = g.organization.groupId";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final OrganizationModel account;
    private final AccountRoles roles;

    public AccountMembers(KeycloakSession session, RealmModel realm, OrganizationModel account) {
        this.session = session;
        this.realm = realm;
        this.account = account;
        this.roles = AccountRoles.of(realm);
    }

    /**
     * @param managed by an identity provider of the account; Keycloak deletes such a user with his membership
     * @param enabled whether he can sign in
     */
    public record Member(String userId, Optional<String> role, boolean managed, boolean enabled) {}

    public Optional<Member> find(String userId) {
        return entities()
                .createQuery(
                        "select m.membershipType, m.user.enabled from UserGroupMembershipEntity m, OrganizationEntity o"
                                + " where o.id = :account and m.groupId = o.groupId"
                                + " and m.user.id = :user and m.user.serviceAccountClientLink is null",
                        Object[].class)
                .setParameter("account", account.getId())
                .setParameter("user", userId)
                .getResultList()
                .stream()
                .findFirst()
                .map(row -> new Member(
                        userId, roles.highest(groups(userId)), MANAGED.equals(row[0]), Boolean.TRUE.equals(row[1])));
    }

    private List<String> groups(String userId) {
        return entities()
                .createQuery("select g.name" + GROUPS_OF_MEMBER, String.class)
                .setParameter("user", userId)
                .setParameter("account", account.getId())
                .getResultList();
    }

    /** Whether the account has a member with that (normalised) email. */
    public boolean hasEmail(String email) {
        return !entities()
                .createQuery(
                        "select m.user.id from UserGroupMembershipEntity m, OrganizationEntity o"
                                + " where o.id = :account and m.groupId = o.groupId and m.user.email = :email",
                        String.class)
                .setParameter("account", account.getId())
                .setParameter("email", email)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    public boolean hasManaged() {
        return entities()
                        .createQuery(
                                "select count(m) from UserGroupMembershipEntity m, OrganizationEntity o"
                                        + " where o.id = :account and m.groupId = o.groupId and m.membershipType = :managed",
                                Long.class)
                        .setParameter("account", account.getId())
                        .setParameter("managed", MANAGED)
                        .getSingleResult()
                > 0;
    }

    /** Of any type: Keycloak's own look-up knows only those that users sign in with (IdentityProviderQuery). */
    public boolean hasIdentityProvider() {
        return entities()
                        .createQuery(
                                "select count(i) from IdentityProviderEntity i where i.organizationId = :account",
                                Long.class)
                        .setParameter("account", account.getId())
                        .getSingleResult()
                > 0;
    }

    /** Whether somebody beside {@code userId} owns the account, and is there to do so: a disabled user is not. */
    public boolean ownedByAnother(String userId) {
        return entities()
                        .createQuery(
                                "select count(m) from GroupEntity g, UserGroupMembershipEntity m, UserGroupMembershipEntity b"
                                        + " where g.organization.id = :account and g.parentId = g.organization.groupId"
                                        + " and g.name = :owner and m.groupId = g.id"
                                        + " and b.groupId = g.organization.groupId and b.user.id = m.user.id"
                                        + " and m.user.id <> :user and m.user.enabled = true"
                                        + " and m.user.serviceAccountClientLink is null",
                                Long.class)
                        .setParameter("account", account.getId())
                        .setParameter("owner", AccountRoles.OWNER)
                        .setParameter("user", userId)
                        .getSingleResult()
                > 0;
    }

    /** Roles that this account has: those of the realm that have a group here. Name to group id. */
    public Map<String, String> roles() {
        return entities()
                .createQuery(
                        "select g.name, g.id from GroupEntity g where g.organization.id = :account"
                                + " and g.parentId = g.organization.groupId and g.name in (:roles)",
                        Object[].class)
                .setParameter("account", account.getId())
                .setParameter("roles", roles.inOrder())
                .getResultList()
                .stream()
                .filter(row -> roles.contains((String) row[0])) // some databases compare without case
                .collect(Collectors.toUnmodifiableMap(row -> (String) row[0], row -> (String) row[1]));
    }

    /** The role of somebody who joins without a word about it; empty where the account has no role at all. */
    public Optional<String> lowestRole() {
        return roles.lowest(roles().keySet());
    }

    /**
     * A new member, who came of his own (T31). Who is a member already stays what he is.
     *
     * @param role one of {@link #roles}
     */
    public void add(UserModel user, String role) {
        Accounts.within(session, account, () -> {
            if (organizations().addMember(account, user)) {
                Optional.ofNullable(roles().get(role)).map(this::group).ifPresent(user::joinGroup);
            }
            return account;
        });
    }

    /**
     * Gives a member one role in place of all that he has. Groups that are no role stay.
     *
     * @param role one of {@link #roles}
     */
    public void setRole(String userId, String role) {
        UserModel user = user(userId);
        List<String> held = groups(userId);
        Accounts.within(session, account, () -> {
            Map<String, String> groups = roles();
            // first the new one: what he has invited to is judged at each group that he leaves
            if (!held.contains(role)) {
                Optional.ofNullable(groups.get(role)).map(this::group).ifPresent(user::joinGroup);
            }
            groups.forEach((name, groupId) -> {
                if (!name.equals(role) && held.contains(name)) {
                    user.leaveGroup(group(groupId));
                }
            });
            return account;
        });
    }

    /** The member is none any more; the user stays. Refuses to do it to a managed one, whom Keycloak would delete. */
    public void remove(Member member) {
        if (member.managed()) {
            throw new IllegalArgumentException("a managed member is removed by admins alone");
        }
        // reads a cache first; false is what a stale one says
        if (!organizations().removeMember(account, user(member.userId()))) {
            throw new FreshTransaction.Overtaken();
        }
    }

    /** Ends the account for all its members. Nothing for accounts with managed members. */
    public void removeAccount() {
        if (hasManaged()) {
            throw new IllegalArgumentException("an account with managed members is removed by admins alone");
        }
        organizations().remove(account);
    }

    private UserModel user(String userId) {
        return Optional.ofNullable(session.users().getUserById(realm, userId))
                .orElseThrow(FreshTransaction.Overtaken::new);
    }

    private GroupModel group(String groupId) {
        return Optional.ofNullable(realm.getGroupById(groupId)).orElseThrow(FreshTransaction.Overtaken::new);
    }

    private OrganizationProvider organizations() {
        return session.getProvider(OrganizationProvider.class);
    }

    private EntityManager entities() {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
