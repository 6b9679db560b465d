package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A foreign JWT whose signature and claims have been checked.
 *
 * @param trust who vouches for it
 * @param foreignId the {@code sub}: the user's id over there
 * @param claims the whole payload; members that this record doesn't name are still as they were sent
 * @param jti where it has one
 * @param expiresAt seconds since the epoch
 */
record ForeignToken(Trust trust, String foreignId, ObjectNode claims, Optional<String> jti, long expiresAt) {

    @Override
    public String toString() {
        return "ForeignToken[" + trust.alias() + "]"; // claims are personal data, and get into no log by accident
    }
}
