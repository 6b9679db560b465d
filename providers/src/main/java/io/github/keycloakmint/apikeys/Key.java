package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.keycloak.Permission;
import io.github.keycloakmint.kernel.limits.Buckets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A key's row as it was read: what a node keeps of it for a moment. */
record Key(
        String id,
        String name,
        boolean ofAccount,
        String userId,
        Optional<String> accountId,
        String clientId,
        String secretHash,
        Optional<Earlier> earlier,
        Set<Permission> permissions,
        Optional<AddressRanges> allowed,
        Optional<Buckets.Rate> rate,
        boolean enabled,
        long createdAt,
        Optional<Long> ownerSince,
        Optional<Long> expiresAt) {

    private static final String LINE = "\n";
    /** In no name of a permission ({@link KeyInput}). */
    private static final char SLASH = '/';

    /** The secret before the last rotation, and the second at which it ends. */
    record Earlier(String hash, long until) {}

    static Key of(KeyRow row) {
        return new Key(
                row.id,
                row.name,
                row.ofAccount,
                row.userId,
                Optional.ofNullable(row.accountId),
                row.clientId,
                row.secretHash,
                row.earlierHash == null || row.earlierUntil == null
                        ? Optional.empty()
                        : Optional.of(new Earlier(row.earlierHash, row.earlierUntil)),
                permissions(row.permissions),
                row.allowedIps == null ? Optional.empty() : Optional.of(AddressRanges.of(words(row.allowedIps))),
                row.rateRequests == null || row.rateSeconds == null
                        ? Optional.empty()
                        : Optional.of(new Buckets.Rate(row.rateRequests, row.rateSeconds)),
                row.disabledBy == null,
                row.createdAt,
                Optional.ofNullable(row.ownerSince),
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

    /** A user who was made again under the id of a deleted one has nothing of him (T6). Milliseconds. */
    boolean madeBefore(@Nullable Long userMade) {
        return userMade != null
                && ownerSince.map(since -> userMade > since).orElseGet(() -> userMade / 1_000 > createdAt);
    }

    /** The column that names these: a line for each, since a role's name may stand before any client's id. */
    static @Nullable String column(Set<Permission> permissions) {
        return permissions.isEmpty()
                ? null
                : permissions.stream()
                        .sorted()
                        .map(permission -> permission.name() + SLASH + permission.clientId())
                        .collect(Collectors.joining(LINE));
    }

    static Set<Permission> permissions(@Nullable String column) {
        return column == null
                ? Set.of()
                : Stream.of(column.split(LINE, -1)).map(Key::permission).collect(Collectors.toUnmodifiableSet());
    }

    private static Permission permission(String line) {
        int slash = line.indexOf(SLASH);
        return new Permission(line.substring(slash + 1), line.substring(0, slash));
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Key[" + id + "]"; // a hash is nobody's to see
    }
}
