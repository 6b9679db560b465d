package io.github.keycloakmint.external;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 keys by their encoding, which is the same whichever security provider made the key; the interfaces that they
 * have differ.
 */
final class Ed25519 {

    static final int BYTES = 32;

    /** A SubjectPublicKeyInfo up to the key itself (RFC 8410 section 4): SEQUENCE, 1.3.101.112, BIT STRING. */
    private static final byte[] PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    private Ed25519() {}

    static boolean is(PublicKey key) {
        byte @Nullable [] encoded = key.getEncoded();
        return encoded != null
                && encoded.length == PREFIX.length + BYTES
                && Arrays.equals(encoded, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /** @param x 32 bytes */
    static PublicKey key(byte[] x) throws GeneralSecurityException {
        byte[] encoded = Arrays.copyOf(PREFIX, PREFIX.length + x.length);
        System.arraycopy(x, 0, encoded, PREFIX.length, x.length);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }
}
