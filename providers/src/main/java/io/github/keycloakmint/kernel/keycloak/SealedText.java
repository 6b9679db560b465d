package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.UrlBase64;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A text that leaves the server and comes back, which nobody else reads or changes: AES-256-GCM with a random nonce (NIST SP
 * 800-38D section 8.2.2) under a key of {@link DerivedKeys}. What it belongs to is authenticated and not in it.
 */
public final class SealedText {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String AES = "AES/GCM/NoPadding";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private SealedText() {}

    /** @param context without which it can't be opened again */
    public static String seal(byte[] key, String context, String plain) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            byte[] wrapped =
                    cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(plain.getBytes(StandardCharsets.UTF_8));
            return UrlBase64.encode(ByteBuffer.allocate(NONCE + wrapped.length)
                    .put(nonce)
                    .put(wrapped)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
    }

    /** Empty for what none of {@code keys} sealed in {@code context}. */
    public static Optional<String> open(List<byte[]> keys, String context, String sealed) {
        byte[] bytes = UrlBase64.decode(sealed).orElse(new byte[0]);
        if (bytes.length <= NONCE) {
            return Optional.empty();
        }
        return keys.stream().flatMap(key -> plain(key, context, bytes).stream()).findFirst();
    }

    private static Optional<String> plain(byte[] key, String context, byte[] bytes) {
        try {
            byte[] plain = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(bytes, NONCE), context)
                    .doFinal(bytes, NONCE, bytes.length - NONCE);
            return Optional.of(new String(plain, StandardCharsets.UTF_8));
        } catch (AEADBadTagException e) {
            return Optional.empty(); // of another key or context
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(AES);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
