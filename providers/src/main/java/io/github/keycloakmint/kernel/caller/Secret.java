package io.github.keycloakmint.kernel.caller;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/**
 * A shared secret that is fit for use. One that is shorter than {@value #SHORTEST} characters, that still holds an
 * unresolved placeholder, or that anybody can read in this repository counts as unset (T14).
 */
public final class Secret {

    public static final int SHORTEST = 32;

    /** Every example value in the repository contains one of these words, which no random secret does. */
    private static final String[] EXAMPLES = {
        "replace-me", "change-me", "changeme", "<32-char", "shared-secret", "example"
    };

    private final byte[] digest;

    private Secret(String value) {
        this.digest = sha256(value);
    }

    /** Empty where the value counts as unset. */
    public static Optional<Secret> of(Optional<String> value) {
        return value.filter(Secret::usable).map(Secret::new);
    }

    /** True for a value that may serve as a secret at all. */
    public static boolean usable(String value) {
        if (value.length() < SHORTEST || value.contains("${") || value.isBlank()) {
            return false;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        for (String example : EXAMPLES) {
            if (lower.contains(example)) {
                return false;
            }
        }
        // one character repeated is what people type to get past a length check
        return value.chars().distinct().count() > 4;
    }

    /** Compares in a time that depends neither on where nor on how far the values differ: digests have one length. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(digest, sha256(candidate));
    }

    private static byte[] sha256(String value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
