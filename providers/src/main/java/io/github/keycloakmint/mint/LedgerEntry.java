package io.github.keycloakmint.mint;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** One row of the ledger: that a token was minted, not the token. Times in seconds since the epoch. */
@Entity
@Table(name = "MINT_LEDGER")
@SuppressWarnings("NullAway.Init") // JPA fills the fields
public class LedgerEntry {

    @Id
    @Column(name = "JTI", length = 128)
    String jti;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    String realmId;

    @Column(name = "USER_ID", length = 255, nullable = false)
    String userId;

    /** Erased with the user. */
    @Column(name = "EMAIL", length = 254)
    @Nullable
    String email;

    @Column(name = "CALLER", length = 255, nullable = false)
    String caller;

    @Column(name = "REASON", length = TokenForEmailRequest.LONGEST_REASON)
    @Nullable
    String reason;

    @Column(name = "ISSUED_AT", nullable = false)
    long issuedAt;

    @Column(name = "EXPIRES_AT", nullable = false)
    long expiresAt;

    @Column(name = "REVOKED_AT")
    @Nullable
    Long revokedAt;

    /** For JPA. */
    protected LedgerEntry() {}

    LedgerEntry(String jti, String realmId, String userId, String caller, long issuedAt, long expiresAt) {
        this.jti = jti;
        this.realmId = realmId;
        this.userId = userId;
        this.caller = caller;
        this.issuedAt = issuedAt;
        this.expiresAt = expiresAt;
    }
}
