package io.github.keycloakmint.mint;

import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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

    /** When the watermark that withdrew a row was made; empty for a row that none covers. */
    Optional<Long> madeAt(LedgerEntry entry) {
        return Optional.ofNullable(entities.createQuery(
                        "select min(w.madeAt) from LedgerEntry e, Watermark w where e.jti = :jti and " + COVERS,
                        Long.class)
                .setParameter("jti", entry.jti)
                .getSingleResult());
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
        List<Watermark> known = entities.createQuery(
                        "select w from Watermark w where w.realmId = :realm and w.kind = :kind and w.target = :target",
                        Watermark.class)
                .setParameter("realm", realmId)
                .setParameter("kind", kind.name())
                .setParameter("target", target)
                .getResultList();
        if (known.isEmpty()) {
            entities.persist(new Watermark(
                    UUID.randomUUID().toString(), realmId, kind, target, issuedBefore, Time.currentTimeSeconds()));
        }
        known.forEach(mark -> {
            mark.issuedBefore = Math.max(mark.issuedBefore, issuedBefore);
            mark.madeAt = Time.currentTimeSeconds();
        });
        entities.flush();
        revokeUnsealed(kind, target, issuedBefore);
    }

    /**
     * Tokens with an asymmetric signature never pass the bundle's own verifier at userinfo, so those few (they live a day
     * unless an admin says otherwise) are revoked one by one; a sealed jti has a dot.
     */
    private void revokeUnsealed(Watermark.Kind kind, String target, long issuedBefore) {
        long now = Time.currentTimeSeconds();
        entities.createQuery(
                        "select e from LedgerEntry e where e.realmId = :realm and e.issuedAt < :before and e.expiresAt > :now"
                                + " and e.revokedAt is null and e.jti not like '%.%' and (:kind = 'REALM'"
                                + " or (:kind = 'CALLER' and e.caller = :target) or (:kind = 'USER' and e.userId = :target))",
                        LedgerEntry.class)
                .setParameter("realm", realmId)
                .setParameter("before", issuedBefore)
                .setParameter("now", now)
                .setParameter("kind", kind.name())
                .setParameter("target", target)
                .getResultStream()
                .forEach(entry -> session.revokedTokens().put(entry.jti, entry.expiresAt - now));
    }

    void forgetRealm() {
        entities.createQuery("delete from Watermark w where w.realmId = :realm")
                .setParameter("realm", realmId)
                .executeUpdate();
    }
}
