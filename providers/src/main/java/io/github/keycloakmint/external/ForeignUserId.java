package io.github.keycloakmint.external;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/**
 * The Keycloak id and username of a foreign user who is created. The same person gets the same id whichever node sees him
 * first, so the primary key lets one of many concurrent first calls win (FEDERATED_IDENTITY has no constraint that would).
 *
 * <p>Both come from the identity provider's internal id, not from its alias: Keycloak drops all links when a provider is
 * deleted, and another issuer may be set up later under the same alias. By alias its users would meet the old accounts and
 * be refused for good; by internal id they are new people, and the old accounts are reached by nobody. Renaming an alias
 * keeps the internal id and the links.
 */
final class ForeignUserId {

    /** RFC 9562 section 5.5: a name space of our own. */
    private static final UUID NAMESPACE = UUID.fromString("56426e12-8b0e-4101-8646-5c95a4c2db76");

    /** Of the alias in a username: 255 is the column's width, 33 are for the hash. */
    private static final int LONGEST_ALIAS = 200;

    private static final int HASH_BYTES = 16;

    private ForeignUserId() {}

    /** A name-based UUID, version 5, over realm, provider and {@code foreignId}. */
    static String of(RealmModel realm, IdentityProviderModel provider, String foreignId) {
        return uuid(realm.getId(), Objects.requireNonNull(provider.getInternalId()), foreignId);
    }

    /** {@code alias.hash}: Keycloak lowercases usernames, so a foreign id itself can't be one. */
    static String username(IdentityProviderModel provider, String foreignId) {
        String alias = provider.getAlias().toLowerCase(Locale.ROOT);
        byte[] hash = digest("SHA-256", name(Objects.requireNonNull(provider.getInternalId()), foreignId));
        return alias.substring(0, Math.min(alias.length(), LONGEST_ALIAS)) + "."
                + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    }

    static String uuid(String... parts) {
        ByteArrayOutputStream named = new ByteArrayOutputStream();
        named.writeBytes(ByteBuffer.allocate(16)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .array());
        named.writeBytes(name(parts));
        // SHA-1 is what version 5 is; no secret hangs on it, and a collision is refused (T21)
        ByteBuffer hash = ByteBuffer.wrap(digest("SHA-1", named.toByteArray()));
        long most = (hash.getLong() & ~0xF000L) | 0x5000L;
        long least = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(most, least).toString();
    }

    /** Each part behind its length, so that no two lists of parts make one name (T21). */
    private static byte[] name(String... parts) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            name.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            name.writeBytes(bytes);
        }
        return name.toByteArray();
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has " + algorithm, e);
        }
    }
}
