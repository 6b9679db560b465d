package io.github.keycloakmint.mint;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * A mass revocation: everything minted before a moment, in a realm, by one caller or for one user, is withdrawn (T20). One
 * row, however many tokens it withdraws. Times in seconds since the epoch.
 */
@Entity
@Table(name = "MINT_WATERMARK")
@SuppressWarnings("NullAway.Init") // JPA fills the fields
public class Watermark {

    /** What a watermark covers; the names stand in the table. */
    enum Kind {
        REALM,
        CALLER,
        USER
    }

    @Id
    @Column(name = "ID", length = 36)
    String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    String realmId;

    @Column(name = "KIND", length = 8, nullable = false)
    String kind;

    /** The caller's client id or the user's id; a dash for the whole realm, since some databases take empty for null. */
    @Column(name = "TARGET", length = 255, nullable = false)
    String target;

    /** Tokens issued before this are withdrawn. */
    @Column(name = "ISSUED_BEFORE", nullable = false)
    long issuedBefore;

    @Column(name = "MADE_AT", nullable = false)
    long madeAt;

    boolean covers(LedgerEntry entry) {
        boolean aimed =
                switch (Kind.valueOf(kind)) {
                    case REALM -> true;
                    case CALLER -> target.equals(entry.caller);
                    case USER -> target.equals(entry.userId);
                };
        return aimed && issuedBefore > entry.issuedAt;
    }

    /** For JPA. */
    protected Watermark() {}

    Watermark(String id, String realmId, Kind kind, String target, long issuedBefore, long madeAt) {
        this.id = id;
        this.realmId = realmId;
        this.kind = kind.name();
        this.target = target;
        this.issuedBefore = issuedBefore;
        this.madeAt = madeAt;
    }
}
