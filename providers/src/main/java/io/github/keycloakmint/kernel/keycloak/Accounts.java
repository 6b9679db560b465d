package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;

/** Makes accounts: an organization with the groups owner, admin and member, and its first member as the owner. */
public final class Accounts {

    static final String DISPLAY_NAME = "mint.display-name";

    private static final long MOST_OWNED = 10;
    private static final long MOST_MEMBERSHIPS = 200;
    private static final int SUFFIX = 6;
    private static final char[] LETTERS = "abcdefghijkmnpqrstuvwxyz23456789".toCharArray();
    /** No chance runs out of that many; a slug that always finds a name taken is a fault. */
    private static final int ATTEMPTS = 10;

    private final KeycloakSession session;
    private final RealmModel realm;

    public Accounts(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** Whether users of the realm may make accounts themselves. */
    public static boolean selfMade(RealmModel realm) {
        return realm.isOrganizationsEnabled() && attributes(realm).flag("mint.signup.accounts");
    }

    /**
     * True for a user who owns as many accounts as he may ({@code mint.accounts.max-owned}). Holds against calls at the same
     * time only where the caller has the user's row ({@link UserRow}).
     */
    public boolean full(UserModel user) {
        return owned(user)
                >= attributes(realm).integer("mint.accounts.max-owned", 0).orElse(MOST_OWNED);
    }

    /**
     * True for a user who is in as many accounts as he may by his own doing ({@code mint.accounts.max-memberships}): all of
     * them are gone through for each of his tokens. Admins may put him into more.
     */
    public boolean crowded(UserModel user) {
        long in = entities()
                .createQuery(
                        "select count(o) from OrganizationEntity o, UserGroupMembershipEntity m"
                                + " where o.realmId = :realm and m.groupId = o.groupId and m.user.id = :user",
                        Long.class)
                .setParameter("realm", realm.getId())
                .setParameter("user", user.getId())
                .getSingleResult();
        return in
                >= attributes(realm).integer("mint.accounts.max-memberships", 0).orElse(MOST_MEMBERSHIPS);
    }

    private long owned(UserModel user) {
        return entities()
                .createQuery(
                        "select count(g) from GroupEntity g, UserGroupMembershipEntity m"
                                + " where m.groupId = g.id and m.user.id = :user and g.realm = :realm"
                                + " and g.name = :owner and g.parentId = g.organization.groupId",
                        Long.class)
                .setParameter("user", user.getId())
                .setParameter("realm", realm.getId())
                .setParameter("owner", AccountRoles.OWNER)
                .getSingleResult();
    }

    /**
     * A new account of {@code owner}, who is its member as somebody that came of his own: Keycloak deletes users who are
     * members of the other kind with their membership (JpaOrganizationProvider.removeMember; T31). Written at once. Where
     * another transaction took the same alias meanwhile that throws, which {@link FreshTransaction#insist} does again.
     *
     * @param name as {@link AccountName#parse} gave it; accounts may share one
     */
    public OrganizationModel create(String name, UserModel owner) {
        String display = AccountName.parse(name).orElseThrow(() -> new IllegalArgumentException("no account name"));
        // Keycloak's own name must be unique as well; the alias is, and shows nothing that was not checked
        String alias = freeAlias(display);
        OrganizationModel account = organizations().create(null, alias, alias);
        within(session, account, () -> {
            account.setAttributes(Map.of(DISPLAY_NAME, List.of(display)));
            List<ClientModel> clients = new PermissionClients(session, realm).all();
            organizations().addMember(account, owner);
            for (String role : AccountRoles.SHIPPED) {
                GroupModel group = organizations().createGroup(account, null, role, null);
                clients.stream()
                        .flatMap(client -> PermissionClients.rolesOf(client, role))
                        .forEach(group::grantRole);
                if (role.equals(AccountRoles.OWNER)) {
                    owner.joinGroup(group);
                }
            }
            return account;
        });
        entities().flush();
        return account;
    }

    /**
     * What people see of the account, in place of what they saw. Other attributes are admins', and stay: as they are in the
     * database, since Keycloak writes all of them and a cache may have what another node has taken away.
     */
    public void rename(OrganizationModel account, String name) {
        Map<String, List<String>> attributes = new HashMap<>(stored(account));
        attributes.put(
                DISPLAY_NAME,
                List.of(AccountName.parse(name).orElseThrow(() -> new IllegalArgumentException("no account name"))));
        account.setAttributes(attributes);
    }

    /** Whether admins have tied something to the account that must not go with it: a platform, or domains. */
    public boolean tied(OrganizationModel account) {
        return stored(account).containsKey(PlatformIndex.ATTRIBUTE)
                || account.getDomains().findAny().isPresent();
    }

    private Map<String, List<String>> stored(OrganizationModel account) {
        return entities()
                .createQuery(
                        "select a.name, a.value from GroupAttributeEntity a, OrganizationEntity o"
                                + " where o.id = :account and a.group.id = o.groupId",
                        Object[].class)
                .setParameter("account", account.getId())
                .getResultList()
                .stream()
                .filter(row -> row[1] != null)
                .collect(Collectors.groupingBy(
                        row -> (String) row[0], Collectors.mapping(row -> (String) row[1], Collectors.toList())));
    }

    public static String displayName(OrganizationModel account) {
        return account.getAttributes().getOrDefault(DISPLAY_NAME, List.of()).stream()
                .findFirst()
                .orElseGet(account::getName);
    }

    /** Keycloak lets an organization's groups be changed only while the session is about it (JpaOrganizationProviderFactory). */
    static <T> T within(KeycloakSession session, OrganizationModel account, Supplier<T> work) {
        OrganizationModel before = session.getContext().getOrganization();
        session.getContext().setOrganization(account);
        try {
            return work.get();
        } finally {
            session.getContext().setOrganization(before);
        }
    }

    private String freeAlias(String name) {
        String slug = AccountName.slug(name);
        String alias = slug;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (free(alias)) {
                return alias;
            }
            alias = slug + "-" + SecretGenerator.getInstance().randomString(SUFFIX, LETTERS);
        }
        throw new IllegalStateException("no free alias was found");
    }

    private boolean free(String alias) {
        return entities()
                .createQuery(
                        "select o.id from OrganizationEntity o"
                                + " where o.realmId = :realm and (o.alias = :alias or o.name = :alias)",
                        String.class)
                .setParameter("realm", realm.getId())
                .setParameter("alias", alias)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    private static Attributes attributes(RealmModel realm) {
        return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
    }

    private OrganizationProvider organizations() {
        return session.getProvider(OrganizationProvider.class);
    }

    private EntityManager entities() {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
