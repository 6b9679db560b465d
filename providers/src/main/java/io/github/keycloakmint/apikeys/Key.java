package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A key's row as it was read: what a node keeps of it for a moment. */
record Key(
        String id,
        String realmId,
        String name,
        boolean ofAccount,
        String userId,
        Optional<String> accountId,
        String clientId,
        String secretHash,
        Optional<Earlier> earlier,
        List<String> permissions,
        Optional<AddressRanges> allowed,
        Optional<Buckets.Rate> rate,
        boolean enabled,
        long createdAt,
        Optional<Long> expiresAt) {

    /** The secret before the last rotation, and the second at which it ends. */
    record Earlier(String hash, long until) {}

    static Key of(KeyRow row) {
        return new Key(
                row.id,
                row.realmId,
                row.name,
                row.ofAccount,
                row.userId,
                Optional.ofNullable(row.accountId),
                row.clientId,
                row.secretHash,
                row.earlierHash == null || row.earlierUntil == null
                        ? Optional.empty()
                        : Optional.of(new Earlier(row.earlierHash, row.earlierUntil)),
                words(row.permissions),
                row.allowedIps == null ? Optional.empty() : Optional.of(AddressRanges.of(words(row.allowedIps))),
                row.rateRequests == null || row.rateSeconds == null
                        ? Optional.empty()
                        : Optional.of(new Buckets.Rate(row.rateRequests, row.rateSeconds)),
                row.disabledBy == null,
                row.createdAt,
                Optional.ofNullable(row.expiresAt));
    }

    /** What a column holds with blanks between. */
    static List<String> words(@Nullable String column) {
        return column == null
                ? List.of()
                : Stream.of(column.split(" ", -1))
                        .filter(word -> !word.isEmpty())
                        .toList();
    }

    /** True where the secret of that version opens this key at {@code now}. */
    boolean isOpenTo(String version, long now) {
        return same(KeyForm.version(secretHash), version)
                || earlier.filter(old -> now < old.until())
                        .filter(old -> same(KeyForm.version(old.hash()), version))
                        .isPresent();
    }

    /** Both secrets are compared every time, each in constant time. */
    boolean opensWith(String hash, long now) {
        boolean current = same(secretHash, hash);
        boolean before = same(earlier.map(Earlier::hash).orElse(""), hash);
        return Boolean.logicalOr(
                current, before && earlier.filter(old -> now < old.until()).isPresent());
    }

    boolean allows(String address) {
        return allowed.map(ranges -> ranges.contains(address)).orElse(true);
    }

    boolean expired(long now) {
        return expiresAt.filter(end -> end <= now).isPresent();
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Key[" + id + "]"; // a hash is nobody's to see
    }
}
