package io.github.keycloakmint.kernel;

import java.util.Base64;
import java.util.Optional;

/** Base64url as RFC 7515 section 2 has it: no padding, no blanks, and one spelling per value. */
public final class UrlBase64 {

    private UrlBase64() {}

    /** Empty for anything but the one spelling: two spellings of a token would be two tokens to whoever compares texts. */
    public static Optional<byte[]> decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            // Java's decoder lets padding and stray bits at the end pass
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
