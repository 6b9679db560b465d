package io.github.keycloakmint.apikeys;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How often a key was used on a day (UTC). A row of its own, so that counting never waits for the key's row. */
@Entity
@IdClass(KeyUseRow.Day.class)
@Table(name = "MINT_API_KEY_USE")
@SuppressWarnings("NullAway.Init") // JPA fills the fields
public class KeyUseRow {

    @Id
    @Column(name = "KEY_ID", length = KeyForm.ID)
    String keyId;

    /** Days since the epoch. */
    @Id
    @Column(name = "USE_DAY")
    long day;

    @Column(name = "USES", nullable = false)
    long uses;

    @Column(name = "LAST_USED_AT", nullable = false)
    long lastUsedAt;

    /** For JPA. */
    protected KeyUseRow() {}

    /** A row's key. */
    @SuppressWarnings("NullAway.Init") // JPA fills the fields
    public static class Day implements Serializable {
        private static final long serialVersionUID = 1L;

        String keyId;
        long day;

        /** For JPA. */
        public Day() {}

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Day that && that.day == day && Objects.equals(that.keyId, keyId);
        }

        @Override
        public int hashCode() {
            return Objects.hash(keyId, day);
        }
    }
}
