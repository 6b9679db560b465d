package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.keycloak.TokenIssuer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What was minted in a realm, written in the transaction of the request that mints. */
final class Ledger {

    private final KeycloakSession session;
    private final String realmId;
    private final EntityManager entities;

    Ledger(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realmId = realm.getId();
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }

    /**
     * What to look for.
     *
     * @param email of the user at minting; empty: any
     * @param caller client id; empty: any
     * @param active true: neither expired nor revoked; false: the others; empty: any
     */
    record Search(Optional<String> email, Optional<String> caller, Optional<Boolean> active, int first, int max) {}

    /** Writes the row at once, so that a failure is known before any answer exists. */
    void record(TokenIssuer.Issued issued, UserModel user, TokenForEmailRequest request, MintCaller caller) {
        LedgerEntry entry = new LedgerEntry(
                issued.jti(),
                realmId,
                user.getId(),
                caller.client().getClientId(),
                issued.issuedAt(),
                issued.expiresAt());
        entry.email = request.email();
        entry.reason = request.reason().orElse(null);
        entities.persist(entry);
        entities.flush();
    }

    /** Newest first. */
    List<LedgerEntry> search(Search search) {
        StringBuilder jpql = new StringBuilder("select e from LedgerEntry e where e.realmId = :realm");
        Map<String, Object> parameters = new HashMap<>(Map.of("realm", realmId));
        search.email().ifPresent(email -> {
            jpql.append(" and e.email = :email");
            parameters.put("email", email);
        });
        search.caller().ifPresent(caller -> {
            jpql.append(" and e.caller = :caller");
            parameters.put("caller", caller);
        });
        search.active().ifPresent(active -> {
            String withdrawn = "exists (select w.id from Watermark w where " + Watermarks.COVERS + ")";
            jpql.append(
                    active
                            ? " and e.revokedAt is null and e.expiresAt > :now and not " + withdrawn
                            : " and (e.revokedAt is not null or e.expiresAt <= :now or " + withdrawn + ")");
            parameters.put("now", Time.currentTimeSeconds());
        });
        TypedQuery<LedgerEntry> query = entities.createQuery(
                jpql.append(" order by e.issuedAt desc, e.jti").toString(), LedgerEntry.class);
        parameters.forEach(query::setParameter);
        return query.setFirstResult(search.first()).setMaxResults(search.max()).getResultList();
    }

    Optional<LedgerEntry> find(String jti) {
        return Optional.ofNullable(entities.find(LedgerEntry.class, jti))
                .filter(entry -> entry.realmId.equals(realmId));
    }

    /** Revokes one token: it is inactive everywhere as soon as this transaction commits. Doing it twice is no error. */
    void revoke(LedgerEntry entry) {
        long now = Time.currentTimeSeconds();
        if (entry.revokedAt == null) {
            entry.revokedAt = now;
        }
        if (entry.expiresAt >= now) {
            session.revokedTokens().put(entry.jti, untilExpired(entry.expiresAt, now));
        }
    }

    /** Seconds for which a revocation has to be known: a token is good until the end of its last second. */
    static long untilExpired(long expiresAt, long now) {
        return expiresAt - now + 1;
    }

    /**
     * A deleted user's tokens stay dead even if his id is made again (T6): by one watermark, however many there are. His
     * email goes with him (T20).
     */
    void forget(RealmModel realm, UserModel user) {
        long now = Time.currentTimeSeconds();
        new Watermarks(session, realm).raise(Optional.empty(), Optional.of(user.getId()), now);
        // watermarks count whole seconds; those of this one go by name, since a user made anew in it has good ones too
        entities.createQuery(
                        "select e.jti, e.expiresAt from LedgerEntry e where e.userId = :user and e.realmId = :realm"
                                + " and e.issuedAt >= :now and e.revokedAt is null",
                        Object[].class)
                .setParameter("user", user.getId())
                .setParameter("realm", realmId)
                .setParameter("now", now)
                .getResultList()
                .forEach(row -> session.revokedTokens().put((String) row[0], untilExpired((Long) row[1], now)));
        entities.createQuery("update LedgerEntry e set e.email = null,"
                        + " e.revokedAt = case when e.revokedAt is null and e.expiresAt >= :now then :now else e.revokedAt end"
                        + " where e.userId = :user and e.realmId = :realm")
                .setParameter("now", now)
                .setParameter("user", user.getId())
                .setParameter("realm", realmId)
                .executeUpdate();
    }

    void forgetRealm() {
        entities.createQuery("delete from LedgerEntry e where e.realmId = :realm")
                .setParameter("realm", realmId)
                .executeUpdate();
    }
}
