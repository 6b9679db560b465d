package io.github.keycloakmint.kernel.keycloak;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Keys of the bundle's own, each for one kind of thing in one realm, derived from the secret that the realm signs its
 * internal tokens with (HS512) and shares with nobody. HKDF with SHA-256 (RFC 5869); kind and realm id are the info, so
 * that a key of one kind is worth nothing for another (T2).
 */
public final class DerivedKeys {

    /** What a key is for; a kind's name is part of the key, so none is ever renamed. */
    public enum Kind {
        /** The seal on HS256 access tokens (T1). */
        TOKEN_SEAL,
        /** The signature of csrf tokens (contract section 6). */
        CSRF_TOKEN,
        /** The encryption of a password that travels in a mail ({@link SignUpPassword}). */
        SIGN_UP_PASSWORD,
        /** The signed cookie; one key a client, the only kind that may leave the server (T2). */
        COOKIE,
        /** Embed tickets (contract section 8). */
        EMBED_TICKET,
        /** Cookies of devices that a user has signed in with (contract section 10). */
        DEVICE_COOKIE
    }

    private static final String HMAC = "HmacSHA256";
    private static final int HMAC_LENGTH = 32;

    private DerivedKeys() {}

    /** The key to sign or seal with now. */
    public static byte[] active(KeycloakSession session, RealmModel realm, Kind kind) {
        return derive(session.keys().getActiveKey(realm, KeyUse.SIG, Algorithm.HS512), info(realm, kind));
    }

    /** As {@link #active(KeycloakSession, RealmModel, Kind)}, for one of several that have a key of this kind each. */
    public static byte[] active(KeycloakSession session, RealmModel realm, Kind kind, String whose) {
        return derive(session.keys().getActiveKey(realm, KeyUse.SIG, Algorithm.HS512), info(realm, kind, whose));
    }

    /** Every key that something signed or sealed earlier may be checked with: the active one and those being retired. */
    public static List<byte[]> accepted(KeycloakSession session, RealmModel realm, Kind kind) {
        return accepted(session, realm, info(realm, kind));
    }

    /** As {@link #accepted(KeycloakSession, RealmModel, Kind)}, for one of several. */
    public static List<byte[]> accepted(KeycloakSession session, RealmModel realm, Kind kind, String whose) {
        return accepted(session, realm, info(realm, kind, whose));
    }

    private static List<byte[]> accepted(KeycloakSession session, RealmModel realm, String info) {
        return session.keys()
                .getKeysStream(realm, KeyUse.SIG, Algorithm.HS512)
                .filter(key -> key.getStatus().isEnabled() && key.getSecretKey() != null)
                .map(key -> derive(key, info))
                .toList();
    }

    private static String info(RealmModel realm, Kind kind) {
        return "keycloak-mint|" + kind.name() + '|' + realm.getId();
    }

    /** The realm's id, which an import may choose, has its length before it: no other pair makes the same text. */
    private static String info(RealmModel realm, Kind kind, String whose) {
        return "keycloak-mint|" + kind.name() + '|' + realm.getId().length() + '|' + realm.getId() + '|' + whose;
    }

    private static byte[] derive(KeyWrapper key, String info) {
        return hkdf(key.getSecretKey().getEncoded(), new byte[0], info.getBytes(StandardCharsets.UTF_8), HMAC_LENGTH);
    }

    /** RFC 5869 sections 2.2 and 2.3. */
    static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int length) {
        byte[] pseudorandom = hmac(salt.length == 0 ? new byte[HMAC_LENGTH] : salt, secret);
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        for (int done = 0, counter = 1; done < length; counter++) {
            block = hmac(pseudorandom, block, info, new byte[] {(byte) counter});
            int taken = Math.min(block.length, length - done);
            System.arraycopy(block, 0, output, done, taken);
            done += taken;
        }
        return output;
    }

    /** HMAC with SHA-256 over the parts, one behind the other: whoever calls sees to it that they can't be cut otherwise. */
    public static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC with SHA-256", e);
        }
    }
}
