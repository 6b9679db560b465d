package io.github.keycloakmint.apikeys;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A key as the database has it: everything but the secret. Times in seconds since the epoch. */
@Entity
@Table(name = "MINT_API_KEY")
@SuppressWarnings("NullAway.Init") // JPA fills the fields
public class KeyRow {

    static final int LONGEST_NAME = 100;
    static final int LONGEST_RANGES = 2_000;

    @Id
    @Column(name = "ID", length = KeyForm.ID)
    String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    String realmId;

    @Column(name = "NAME", length = LONGEST_NAME, nullable = false)
    String name;

    @Column(name = "OF_ACCOUNT", nullable = false)
    boolean ofAccount;

    /** The owner, or the user who stands for the account that owns it. */
    @Column(name = "USER_ID", length = 255, nullable = false)
    String userId;

    /** That it is narrowed to, or that owns it. */
    @Column(name = "ACCOUNT_ID", length = 255)
    @Nullable
    String accountId;

    /** Keycloak's id of the client through which it was made. */
    @Column(name = "CLIENT_ID", length = 255, nullable = false)
    String clientId;

    /** Erased with that user, whom a key of an account outlives. */
    @Column(name = "CREATED_BY", length = 255)
    @Nullable
    String createdBy;

    @Column(name = "SECRET_HASH", length = 64, nullable = false)
    String secretHash;

    /** Of the secret before the last rotation. */
    @Column(name = "EARLIER_HASH", length = 64)
    @Nullable
    String earlierHash;

    @Column(name = "EARLIER_UNTIL")
    @Nullable
    Long earlierUntil;

    /** {@link Key#column}; null for none, since some databases take empty for null. */
    @Column(name = "PERMISSIONS")
    @Nullable
    String permissions;

    /** With blanks between them; null: from anywhere. */
    @Column(name = "ALLOWED_IPS", length = LONGEST_RANGES)
    @Nullable
    String allowedIps;

    @Column(name = "RATE_REQUESTS")
    @Nullable
    Long rateRequests;

    @Column(name = "RATE_SECONDS")
    @Nullable
    Long rateSeconds;

    /** Each {@link Say} that disables it, with blanks between; null: the key is enabled. */
    @Column(name = "DISABLED_BY", length = 32)
    @Nullable
    String disabledBy;

    @Column(name = "CREATED_AT", nullable = false)
    long createdAt;

    /** When the user of {@link #userId} was made, in milliseconds, where Keycloak knows. */
    @Column(name = "OWNER_SINCE")
    @Nullable
    Long ownerSince;

    @Column(name = "EXPIRES_AT")
    @Nullable
    Long expiresAt;

    /** For JPA. */
    protected KeyRow() {}

    KeyRow(String id, String realmId, String clientId, long createdAt) {
        this.id = id;
        this.realmId = realmId;
        this.clientId = clientId;
        this.createdAt = createdAt;
    }
}
