package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.OrganizationInvitationModel;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.InvitationManager;
import org.keycloak.organization.OrganizationProvider;

/**
 * Invitations into accounts (T31), kept where Keycloak keeps its own, so that admins see and withdraw them in its console and
 * they go with their organization. The link is not Keycloak's: that one adds a member without a role. Ours carries a secret
 * of which the row knows the hash, and the role and who invited beside it.
 *
 * <p>An invitation holds while its account is enabled, its role is there, and whoever invited might still invite to it: is
 * enabled, and has a say over the role. It ends when he loses that ({@link #watch}), and does not come back with it.
 */
public final class Invitations {

    private static final long LIFETIME = 7 * 24 * 60 * 60;
    private static final long LONGEST_LIFETIME = 365 * 24 * 60 * 60;
    private static final long MOST_OPEN = 50;
    private static final long MOST_A_DAY = 100;
    private static final int DAY = 24 * 60 * 60;
    private static final String COUNTED = "sent";

    private static final String COLUMNS =
            "select i.id, i.organizationId, i.email, i.createdAt, i.expiresAt, i.inviteLink"
                    + " from OrganizationInvitationEntity i";
    /** Ours are told from Keycloak's by what stands in place of the link. */
    private static final String OURS = " i.inviteLink like '" + InvitationNote.PREFIX + "%' and i.expiresAt > :now";

    private final KeycloakSession session;
    private final RealmModel realm;

    public Invitations(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * An invitation that is open.
     *
     * @param email the one spelling of it, as {@code EmailAddress} gives it
     * @param createdAt seconds since the epoch, as is {@code expiresAt}
     */
    public record Invitation(
            String id, String accountId, String email, String role, String inviterId, long createdAt, long expiresAt) {}

    /** What goes into the mail. */
    public record Sent(Invitation invitation, String token) {
        @Override
        public String toString() {
            return "Sent"; // the token gets into no log by accident
        }
    }

    /** Whether another open invitation to {@code email} would be too many ({@code mint.invitations.max-open}). */
    public boolean full(OrganizationModel account, String email) {
        long open = entities()
                .createQuery(
                        "select count(i) from OrganizationInvitationEntity i where i.organizationId = :account"
                                + " and i.expiresAt > :now and i.email <> :email",
                        Long.class)
                .setParameter("account", account.getId())
                .setParameter("now", Time.currentTime())
                .setParameter("email", email)
                .getSingleResult();
        return open >= attributes().integer("mint.invitations.max-open", 0).orElse(MOST_OPEN);
    }

    /** What stands in the way of another invitation to an address. */
    public record Standing(boolean byAdmin, Optional<String> role) {}

    /** The open one to {@code email}: with its role where it is ours, and by an admin where it is Keycloak's own. */
    public Optional<Standing> standing(OrganizationModel account, String email) {
        return entities()
                .createQuery(
                        "select i.inviteLink from OrganizationInvitationEntity i where i.organizationId = :account"
                                + " and i.email = :email and i.expiresAt > :now order by i.createdAt, i.id",
                        String.class)
                .setParameter("account", account.getId())
                .setParameter("email", email)
                .setParameter("now", Time.currentTime())
                .getResultList()
                .stream()
                .map(InvitationNote::parse)
                .map(note -> new Standing(note.isEmpty(), note.map(InvitationNote::role)))
                .reduce((one, other) -> one.byAdmin() ? one : other);
    }

    /**
     * Counts one more for the account and for who invites, taken back or not; false where either has sent as many today
     * ({@code mint.invitations.max-a-day}). Under the account's row; of two accounts' at one moment one may not count.
     */
    public boolean count(OrganizationModel account, String inviterId) {
        long most = attributes().integer("mint.invitations.max-a-day", 0).orElse(MOST_A_DAY);
        return Stream.of("account|" + account.getId(), "inviter|" + inviterId)
                .map(of -> realm.getId() + "|invitations|" + of + '|' + Time.currentTime() / DAY)
                .allMatch(key -> count(key, most));
    }

    private boolean count(String key, long most) {
        Map<String, String> before =
                Optional.ofNullable(session.singleUseObjects().get(key)).orElse(Map.of());
        long sent = Long.parseLong(before.getOrDefault(COUNTED, "0"));
        if (sent >= most) {
            return false;
        }
        session.singleUseObjects().put(key, DAY, Map.of(COUNTED, Long.toString(sent + 1)));
        return true;
    }

    /** Under the account's row. Takes the place of what the same email was invited with before. */
    public Sent create(OrganizationModel account, String email, String role, String inviterId) {
        entities()
                .createQuery("delete from OrganizationInvitationEntity i where i.organizationId = :account"
                        + " and (i.email = :email or i.expiresAt <= :now)")
                .setParameter("account", account.getId())
                .setParameter("email", email)
                .setParameter("now", Time.currentTime())
                .executeUpdate();
        InvitationSecret secret =
                InvitationSecret.of(SecretGenerator.getInstance().randomBytes(InvitationSecret.LENGTH));
        OrganizationInvitationModel row = manager().create(account, email, null, null);
        row.setExpiresAt(Math.toIntExact(Time.currentTime() + lifetime()));
        row.setInviteLink(new InvitationNote(inviterId, secret.hash(), role).text());
        entities().flush();
        Invitation invitation = new Invitation(
                row.getId(), account.getId(), email, role, inviterId, row.getCreatedAt(), row.getExpiresAt());
        return new Sent(invitation, secret.token(row.getId()));
    }

    private long lifetime() {
        return Math.min(attributes().integer("mint.invitations.lifetime", 60).orElse(LIFETIME), LONGEST_LIFETIME);
    }

    /**
     * The invitation that a mail's token is for; empty for whatever holds no more, in this realm. Tells nothing about who
     * asks: {@link #join} is for the user with its email.
     */
    public Optional<Invitation> find(String token) {
        return InvitationSecret.parse(token).flatMap(parsed -> row(parsed.invitationId())
                .filter(row -> parsed.secret().matches(row.note().secretHash()))
                .map(Row::invitation)
                .filter(this::holds));
    }

    /** Asked again under the account's row by {@link #join}. */
    private boolean holds(Invitation invitation) {
        return Optional.ofNullable(
                        session.getProvider(OrganizationProvider.class).getById(invitation.accountId()))
                .filter(OrganizationModel::isEnabled)
                .filter(account -> holdsIn(invitation, new AccountMembers(session, realm, account)))
                .isPresent();
    }

    private static boolean holdsIn(Invitation invitation, AccountMembers members) {
        return members.roles().containsKey(invitation.role()) && inviterMay(invitation, members);
    }

    private static boolean inviterMay(Invitation invitation, AccountMembers members) {
        return members.find(invitation.inviterId())
                .filter(AccountMembers.Member::enabled)
                .filter(inviter -> AccountRoles.rules(inviter.role(), Optional.of(invitation.role())))
                .isPresent();
    }

    /**
     * Makes {@code user} a member with the invitation's role, and uses the invitation up: exactly one call gets the account,
     * the others nothing. Locks the account's row. Sees to nothing about the user: his email is the caller's to compare, and
     * stays as verified as it was.
     */
    public Optional<OrganizationModel> join(Invitation invitation, UserModel user) {
        return AccountRow.lock(session, realm, invitation.accountId()).filter(account -> {
            AccountMembers members = new AccountMembers(session, realm, account);
            boolean first = holdsIn(invitation, members) && delete(invitation.id(), invitation.accountId());
            if (first) {
                members.add(user, invitation.role());
            }
            return first;
        });
    }

    /** Open ones of an account, oldest first. */
    public AccountDirectory.Page<Invitation> open(String accountId, int first, int max) {
        long total = open(
                        entities()
                                .createQuery(
                                        "select count(i) from OrganizationInvitationEntity i where i.organizationId = :account and"
                                                + OURS,
                                        Long.class),
                        accountId)
                .getSingleResult();
        List<Invitation> page = open(
                        entities()
                                .createQuery(
                                        COLUMNS + " where i.organizationId = :account and" + OURS
                                                + " order by i.createdAt, i.id",
                                        Object[].class),
                        accountId)
                .setFirstResult(first)
                .setMaxResults(max)
                .getResultList()
                .stream()
                .flatMap(columns -> Row.of(columns).stream())
                .map(Row::invitation)
                .toList();
        return new AccountDirectory.Page<>(page, total);
    }

    private static <T> TypedQuery<T> open(TypedQuery<T> query, String accountId) {
        return query.setParameter("account", accountId).setParameter("now", Time.currentTime());
    }

    /** An open one of an account, by its id. */
    public Optional<Invitation> find(String accountId, String invitationId) {
        return row(invitationId).map(Row::invitation).filter(found -> found.accountId()
                .equals(accountId));
    }

    /** Under the account's row. */
    public void revoke(Invitation invitation) {
        delete(invitation.id(), invitation.accountId());
    }

    /**
     * Takes back what members have sent and can send no more, whoever takes their groups or their membership away: they
     * themselves, an owner, or an admin in Keycloak's console.
     */
    public static void watch(KeycloakSessionFactory factory) {
        factory.register(event -> {
            if (event instanceof GroupModel.GroupMemberLeaveEvent left
                    && left.getGroup().getType() == GroupModel.Type.ORGANIZATION
                    && left.getGroup().getOrganization() != null) {
                new Invitations(left.getKeycloakSession(), left.getRealm())
                        .recheck(
                                left.getGroup().getOrganization(),
                                left.getUser().getId());
            }
        });
    }

    private void recheck(OrganizationModel account, String inviterId) {
        List<Invitation> sent = sentBy(account.getId(), inviterId);
        if (!sent.isEmpty()) {
            AccountMembers members = new AccountMembers(session, realm, account);
            sent.stream().filter(invitation -> !inviterMay(invitation, members)).forEach(this::revoke);
        }
    }

    private List<Invitation> sentBy(String accountId, String inviterId) {
        return open(
                        entities()
                                .createQuery(COLUMNS + " where i.organizationId = :account and" + OURS, Object[].class),
                        accountId)
                .getResultList()
                .stream()
                .flatMap(columns -> Row.of(columns).stream())
                .map(Row::invitation)
                .filter(sent -> sent.inviterId().equals(inviterId))
                .toList();
    }

    private boolean delete(String id, String accountId) {
        return entities()
                        .createQuery("delete from OrganizationInvitationEntity i"
                                + " where i.id = :id and i.organizationId = :account")
                        .setParameter("id", id)
                        .setParameter("account", accountId)
                        .executeUpdate()
                == 1;
    }

    /** Open, of this realm, and ours. */
    private Optional<Row> row(String id) {
        return entities()
                .createQuery(
                        COLUMNS + ", OrganizationEntity o where i.id = :id and o.id = i.organizationId"
                                + " and o.realmId = :realm and" + OURS,
                        Object[].class)
                .setParameter("id", id)
                .setParameter("realm", realm.getId())
                .setParameter("now", Time.currentTime())
                .getResultList()
                .stream()
                .findFirst()
                .flatMap(Row::of);
    }

    private record Row(InvitationNote note, Invitation invitation) {
        static Optional<Row> of(Object[] columns) {
            return InvitationNote.parse((String) columns[5])
                    .map(note -> new Row(
                            note,
                            new Invitation(
                                    (String) columns[0],
                                    (String) columns[1],
                                    (String) columns[2],
                                    note.role(),
                                    note.inviterId(),
                                    (Integer) columns[3],
                                    (Integer) columns[4])));
        }
    }

    private InvitationManager manager() {
        return session.getProvider(OrganizationProvider.class).getInvitationManager();
    }

    private Attributes attributes() {
        return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
    }

    private EntityManager entities() {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
