package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.organization.OrganizationProvider;

/**
 * Who claims which platform id ({@code mint.platform-id} on a realm or an organization), over all realms. An id that two
 * claim belongs to neither (T16).
 *
 * <p>The index is read in two queries and kept for {@value #FRESH_SECONDS} seconds. A claim that it names is checked again
 * against the live realm or organization, which Keycloak keeps fresh on all nodes, so a withdrawn claim stops at once; a
 * new one, or a second claimant, is seen after at most that time. The age alone decides when it is read again, never what
 * was asked, so that an unknown id takes as long as a known one.
 */
public final class PlatformIndex {

    public static final String ATTRIBUTE = "mint.platform-id";

    static final int FRESH_SECONDS = 2;

    /** Claims kept at the most; a server with more would need an index of its own. */
    private static final int MOST = 200_000;

    /** One spelling per id: what parses to it otherwise claims nothing. */
    private static final Pattern SPELLING = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    private static final Logger LOG = Logger.getLogger(PlatformIndex.class);

    /** The one index of this server. */
    public static final PlatformIndex INSTANCE = new PlatformIndex(System::nanoTime);

    /** A claim on a platform id; without an organization the realm itself claims it. */
    public record Platform(long id, String realmId, Optional<String> organizationId) {}

    private record Snapshot(Map<Long, List<Platform>> claims, long readNanos) {}

    private final LongSupplier clock;
    private volatile @Nullable Snapshot snapshot;
    private final ReentrantLock reading = new ReentrantLock();

    PlatformIndex(LongSupplier clock) {
        this.clock = clock;
    }

    /** The only claimant of {@code id}, if it still claims it. */
    public Optional<Platform> find(KeycloakSession session, long id) {
        List<Platform> claimants = current(session).claims().getOrDefault(id, List.of());
        return claimants.size() == 1
                ? Optional.of(claimants.get(0)).filter(claim -> stands(session, claim))
                : Optional.empty();
    }

    private static boolean stands(KeycloakSession session, Platform claim) {
        RealmModel realm = session.realms().getRealm(claim.realmId());
        if (realm == null) {
            return false;
        }
        String wanted = Long.toString(claim.id());
        if (claim.organizationId().isEmpty()) {
            return wanted.equals(text(realm.getAttribute(ATTRIBUTE)));
        }
        if (!realm.isOrganizationsEnabled()) {
            return false;
        }
        // organizations are looked up in the context's realm
        if (!realm.equals(session.getContext().getRealm())) {
            return true;
        }
        return Optional.ofNullable(session.getProvider(OrganizationProvider.class)
                        .getById(claim.organizationId().get()))
                .filter(organization -> organization.isEnabled())
                .map(organization -> organization.getAttributes().getOrDefault(ATTRIBUTE, List.of()))
                .filter(values -> values.size() == 1 && wanted.equals(text(values.get(0))))
                .isPresent();
    }

    private Snapshot current(KeycloakSession session) {
        Snapshot known = snapshot;
        if (known != null && (fresh(known) || !reading.tryLock())) {
            // fresh, or somebody reads it anew just now: one reader at a time, the others use what is known
            return known;
        }
        if (known == null) {
            reading.lock();
        }
        try {
            Snapshot again = snapshot;
            if (again == null || !fresh(again)) {
                again = new Snapshot(read(session, again), clock.getAsLong());
                snapshot = again;
            }
            return again;
        } finally {
            reading.unlock();
        }
    }

    private boolean fresh(Snapshot known) {
        return clock.getAsLong() - known.readNanos() < FRESH_SECONDS * 1_000_000_000L;
    }

    private static Map<Long, List<Platform>> read(KeycloakSession session, @Nullable Snapshot before) {
        EntityManager em = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        Map<Long, List<Platform>> claims = new HashMap<>();
        em.createQuery("select a.realm.id, a.value from RealmAttributeEntity a where a.name = :name", Object[].class)
                .setParameter("name", ATTRIBUTE)
                .setMaxResults(MOST)
                .getResultList()
                .forEach(row -> add(claims, (String) row[0], Optional.empty(), (String) row[1]));
        em.createQuery(
                        "select o.realmId, o.id, a.value from OrganizationEntity o, GroupAttributeEntity a"
                                + " where a.group.id = o.groupId and a.name = :name",
                        Object[].class)
                .setParameter("name", ATTRIBUTE)
                .setMaxResults(MOST)
                .getResultList()
                .forEach(row -> add(claims, (String) row[0], Optional.of((String) row[1]), (String) row[2]));
        if (claims.size() >= MOST) {
            LOG.errorf("More than %d platform ids are claimed; the rest is not seen", MOST);
        }
        claims.forEach((id, claimants) -> complain(id, claimants, before));
        return claims;
    }

    private static void add(
            Map<Long, List<Platform>> claims, String realmId, Optional<String> organizationId, String value) {
        try {
            long id = Long.parseLong(SPELLING.matcher(text(value)).matches() ? text(value) : "");
            claims.computeIfAbsent(id, key -> new ArrayList<>()).add(new Platform(id, realmId, organizationId));
        } catch (NumberFormatException e) {
            LOG.debugf("%s of realm %s is not an integer; it claims no platform", ATTRIBUTE, realmId);
        }
    }

    /** Once when it comes up, not at every reading. */
    private static void complain(long id, List<Platform> claimants, @Nullable Snapshot before) {
        if (claimants.size() > 1
                && (before == null || !claimants.equals(before.claims().get(id)))) {
            LOG.errorf(
                    "Platform id %d is claimed %d times, so it belongs to nobody: %s", id, claimants.size(), claimants);
        }
    }

    private static String text(String value) {
        return value == null ? "" : value.trim();
    }
}
