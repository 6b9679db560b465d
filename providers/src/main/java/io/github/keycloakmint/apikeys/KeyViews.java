package io.github.keycloakmint.apikeys;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.keycloak.Permission;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys as their owners and admins see them: never a secret, never a hash. Times in seconds since the epoch. */
final class KeyViews {

    private KeyViews() {}

    record Limit(long requests, long seconds) {}

    /** One key. {@code key} only where it was just made, {@code uses} only where one key was asked for. */
    record View(
            String id,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key,
            String name,
            String owner,
            @JsonProperty("account_id") @Nullable String accountId,
            @JsonProperty("user_id") @Nullable String userId,
            List<String> permissions,
            @JsonProperty("allowed_ips") @Nullable List<String> allowedIps,
            @JsonProperty("rate_limit") @Nullable Limit rateLimit,
            @JsonProperty("created_at") long createdAt,
            @JsonProperty("expires_at") @Nullable Long expiresAt,
            boolean enabled,
            @JsonProperty("disabled_by") List<String> disabledBy,
            @JsonProperty("last_used_at") @Nullable Long lastUsedAt,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Used> uses) {
        @Override
        public String toString() {
            return "View[" + id + "]";
        }
    }

    /** @param day in UTC, as ISO 8601 has it */
    record Used(String day, long count) {
        static Used of(KeyStore.Day day) {
            return new Used(LocalDate.ofEpochDay(day.day()).toString(), day.uses());
        }
    }

    record Listed(List<View> keys, int first, int max, long total) {}

    static View of(KeyRules rules, KeyRow row, @Nullable Long lastUsedAt) {
        return of(rules, row, null, lastUsedAt, null);
    }

    static View created(KeyRules rules, KeyRow row, String text) {
        return of(rules, row, text, null, null);
    }

    static View rotated(KeyRules rules, KeyRow row, String text, @Nullable Long lastUsedAt) {
        return of(rules, row, text, lastUsedAt, null);
    }

    static View of(
            KeyRules rules,
            KeyRow row,
            @Nullable String text,
            @Nullable Long lastUsedAt,
            @Nullable List<KeyStore.Day> uses) {
        return new View(
                row.id,
                text,
                row.name,
                row.ofAccount ? "account" : "user",
                row.accountId,
                row.ofAccount ? row.createdBy : row.userId,
                Permission.names(Key.permissions(row.permissions)),
                row.allowedIps == null ? null : Key.words(row.allowedIps),
                row.rateRequests == null || row.rateSeconds == null
                        ? null
                        : new Limit(row.rateRequests, row.rateSeconds),
                row.createdAt,
                rules.endNow(Optional.ofNullable(row.expiresAt), row.createdAt).orElse(null),
                row.disabledBy == null,
                Say.words(row.disabledBy),
                lastUsedAt,
                uses == null ? null : uses.stream().map(Used::of).toList());
    }
}
