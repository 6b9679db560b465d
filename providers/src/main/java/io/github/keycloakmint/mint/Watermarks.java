package io.github.keycloakmint.mint;

import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * A realm's mass revocations. Every acceptance of a minted token asks here, and is answered from the database, so that a
 * revocation holds on all nodes from the moment that it commits.
 */
final class Watermarks {

    /** The target of a watermark for a whole realm. */
    private static final String EVERYTHING = "-";

    /** Young watermarks that one run of the purge looks at. */
    private static final int MOST_SWEPT = 1_000;

    /** How a watermark covers a ledger row {@code e}, for the ledger's queries. */
    static final String COVERS = "w.realmId = e.realmId and w.issuedBefore > e.issuedAt"
            + " and (w.kind = 'REALM' or (w.kind = 'CALLER' and w.target = e.caller)"
            + " or (w.kind = 'USER' and w.target = e.userId))";

    private final KeycloakSession session;
    private final String realmId;
    private final EntityManager entities;

    Watermarks(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realmId = realm.getId();
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }

    /** True when a token by {@code caller} for {@code userId}, issued at {@code issuedAt}, is withdrawn. One query. */
    boolean cover(String caller, String userId, long issuedAt) {
        return entities.createQuery(
                                "select count(w) from Watermark w where w.realmId = :realm and w.issuedBefore > :issued"
                                        + " and (w.kind = 'REALM' or (w.kind = 'CALLER' and w.target = :caller)"
                                        + " or (w.kind = 'USER' and w.target = :user))",
                                Long.class)
                        .setParameter("realm", realmId)
                        .setParameter("issued", issuedAt)
                        .setParameter("caller", caller)
                        .setParameter("user", userId)
                        .getSingleResult()
                > 0;
    }

    /** When the watermarks that withdrew {@code entries} were made, by jti; rows that none covers are left out. One query. */
    Map<String, Long> madeAt(List<LedgerEntry> entries) {
        Set<String> targets = entries.stream()
                .flatMap(entry -> Stream.of(entry.caller, entry.userId))
                .collect(Collectors.toCollection(() -> new HashSet<>(Set.of(EVERYTHING))));
        List<Watermark> marks = entities.createQuery(
                        "select w from Watermark w where w.realmId = :realm and w.target in :targets", Watermark.class)
                .setParameter("realm", realmId)
                .setParameter("targets", targets)
                .getResultList();
        Map<String, Long> made = new HashMap<>();
        entries.forEach(entry -> marks.stream()
                .filter(mark -> mark.covers(entry))
                .mapToLong(mark -> mark.madeAt)
                .min()
                .ifPresent(at -> made.put(entry.jti, at)));
        return made;
    }

    /**
     * Withdraws everything by {@code caller}, or for {@code userId}, or in the whole realm, that was issued before {@code
     * issuedBefore}. An earlier watermark of the same kind is raised, never lowered.
     */
    void raise(Optional<String> caller, Optional<String> userId, long issuedBefore) {
        Watermark.Kind kind = caller.isPresent()
                ? Watermark.Kind.CALLER
                : userId.isPresent() ? Watermark.Kind.USER : Watermark.Kind.REALM;
        String target = caller.or(() -> userId).orElse(EVERYTHING);
        long now = Time.currentTimeSeconds();
        // one statement that can only raise: two calls at once must not lower each other's mark
        int raised = entities.createQuery(
                        "update Watermark w set w.issuedBefore = :before, w.madeAt = :now"
                                + " where w.realmId = :realm and w.kind = :kind and w.target = :target and w.issuedBefore < :before")
                .setParameter("before", issuedBefore)
                .setParameter("now", now)
                .setParameter("realm", realmId)
                .setParameter("kind", kind.name())
                .setParameter("target", target)
                .executeUpdate();
        if (raised == 0 && !known(kind, target)) {
            entities.persist(new Watermark(UUID.randomUUID().toString(), realmId, kind, target, issuedBefore, now));
            entities.flush();
        }
        revokeUnsealed(session, entities, realmId, kind.name(), target, issuedBefore);
    }

    private boolean known(Watermark.Kind kind, String target) {
        return entities.createQuery(
                                "select count(w) from Watermark w"
                                        + " where w.realmId = :realm and w.kind = :kind and w.target = :target",
                                Long.class)
                        .setParameter("realm", realmId)
                        .setParameter("kind", kind.name())
                        .setParameter("target", target)
                        .getSingleResult()
                > 0;
    }

    /**
     * Tokens with an asymmetric signature never pass the bundle's own verifier at userinfo, so those few (they live a day
     * unless an admin says otherwise) are revoked one by one; a sealed jti has a dot.
     */
    private static void revokeUnsealed(
            KeycloakSession session,
            EntityManager entities,
            String realmId,
            String kind,
            String target,
            long issuedBefore) {
        long now = Time.currentTimeSeconds();
        // read as values, and before the first is revoked: each revocation is a statement, before which Hibernate would
        // look through every entity that was loaded
        List<Object[]> unsealed = entities.createQuery(
                        "select e.jti, e.expiresAt from LedgerEntry e where e.realmId = :realm and e.issuedAt < :before"
                                + " and e.expiresAt >= :now and e.revokedAt is null and e.jti not like '%.%' and"
                                + " (:kind = 'REALM' or (:kind = 'CALLER' and e.caller = :target)"
                                + " or (:kind = 'USER' and e.userId = :target))",
                        Object[].class)
                .setParameter("realm", realmId)
                .setParameter("before", issuedBefore)
                .setParameter("now", now)
                .setParameter("kind", kind)
                .setParameter("target", target)
                .getResultList();
        unsealed.forEach(row -> session.revokedTokens().put((String) row[0], Ledger.untilExpired((Long) row[1], now)));
    }

    /** Revokes what young watermarks cover and what was not in the ledger yet when they were made. */
    static void sweepLatecomers(KeycloakSession session, long madeSince) {
        EntityManager entities =
                session.getProvider(JpaConnectionProvider.class).getEntityManager();
        entities.createQuery("select w from Watermark w where w.madeAt >= :since", Watermark.class)
                .setParameter("since", madeSince)
                .setMaxResults(MOST_SWEPT)
                .getResultList()
                .forEach(mark ->
                        revokeUnsealed(session, entities, mark.realmId, mark.kind, mark.target, mark.issuedBefore));
    }

    void forgetRealm() {
        entities.createQuery("delete from Watermark w where w.realmId = :realm")
                .setParameter("realm", realmId)
                .executeUpdate();
    }
}
