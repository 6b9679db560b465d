package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Says that a page of one origin asked for a form of one client a short while ago. Signed with a key of its own (T2), kept
 * nowhere; what is kept is the id of one that was used up. The page's origin is the defence, this is beside it: a request
 * that a browser replays, or that somebody prepared long ago, is none.
 *
 * @param id of this token; the realm's id goes before it where it is kept (T10)
 * @param nonce digest of the cookie's value that goes with it
 */
record CsrfToken(byte[] id, long expires, byte[] nonce) {

    /** Seconds. */
    static final int LIFETIME = 600;

    private static final int ID = 16;
    private static final int PAYLOAD = ID + Long.BYTES + 32;
    private static final int LONGEST = 256;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Sixteen random bytes, as text: what a cookie's value is made of. */
    static String freshNonce() {
        return UrlBase64.encode(random());
    }

    /** True for what {@link #freshNonce} makes. */
    static boolean isNonce(String text) {
        return text.length() <= LONGEST
                && UrlBase64.decode(text).filter(bytes -> bytes.length == ID).isPresent();
    }

    /**
     * @param origin of the page that asked; empty for a caller that is no page
     * @param nonce the value of the page's cookie; empty for a caller that is no page
     */
    static String issue(KeycloakSession session, ClientModel client, String origin, String nonce) {
        byte[] payload = ByteBuffer.allocate(PAYLOAD)
                .put(random())
                .putLong(Time.currentTime() + (long) LIFETIME)
                .put(sha256(nonce))
                .array();
        byte[] key = DerivedKeys.active(session, client.getRealm(), DerivedKeys.Kind.CSRF_TOKEN);
        byte[] signature = signature(key, payload, client, origin);
        return UrlBase64.encode(ByteBuffer.allocate(PAYLOAD + signature.length)
                .put(payload)
                .put(signature)
                .array());
    }

    /** Empty for whatever was not made here for this client and origin, has expired or was used up. */
    static Optional<CsrfToken> read(KeycloakSession session, ClientModel client, String origin, String text) {
        return (text.length() > LONGEST ? Optional.<byte[]>empty() : UrlBase64.decode(text))
                .filter(bytes -> signed(session, client, origin, bytes))
                .map(CsrfToken::parsed)
                .filter(token -> token.expires > Time.currentTime())
                .filter(token -> !SingleUse.of(session).claimed(token.key(client.getRealm())));
    }

    /** True for exactly one of all who ask, on all nodes. */
    boolean useUp(KeycloakSession session, RealmModel realm) {
        return SingleUse.of(session).claim(key(realm), Math.max(1, expires - Time.currentTime() + 1));
    }

    /** True where one of a cookie's values is the one that this token was made beside. */
    boolean goesWith(List<String> cookies) {
        return cookies.stream().anyMatch(value -> MessageDigest.isEqual(sha256(value), nonce));
    }

    private String key(RealmModel realm) {
        return realm.getId() + "|mint-csrf|" + UrlBase64.encode(id);
    }

    private static boolean signed(KeycloakSession session, ClientModel client, String origin, byte[] bytes) {
        if (bytes.length <= PAYLOAD) {
            return false;
        }
        byte[] payload = ByteBuffer.allocate(PAYLOAD).put(bytes, 0, PAYLOAD).array();
        byte[] signature = ByteBuffer.allocate(bytes.length - PAYLOAD)
                .put(bytes, PAYLOAD, bytes.length - PAYLOAD)
                .array();
        return DerivedKeys.accepted(session, client.getRealm(), DerivedKeys.Kind.CSRF_TOKEN).stream()
                .anyMatch(key -> MessageDigest.isEqual(signature(key, payload, client, origin), signature));
    }

    private static CsrfToken parsed(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        byte[] id = new byte[ID];
        byte[] nonce = new byte[PAYLOAD - ID - Long.BYTES];
        buffer.get(id);
        long expires = buffer.getLong();
        buffer.get(nonce);
        return new CsrfToken(id, expires, nonce);
    }

    /** The realm is in the key. The payload has one length and an origin no NUL, so the parts can't be cut otherwise. */
    private static byte[] signature(byte[] key, byte[] payload, ClientModel client, String origin) {
        return DerivedKeys.hmac(
                key,
                payload,
                origin.getBytes(StandardCharsets.UTF_8),
                new byte[1],
                client.getClientId().getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] random() {
        byte[] bytes = new byte[ID];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
