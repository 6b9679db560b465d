package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A cookie's value as Express signs it: {@code s:value.signature}, the signature an HMAC with SHA-256 in Base64 without its
 * padding (npm {@code cookie-signature}), all of it encoded as a URL component (npm {@code cookie}). The key is a text, of which
 * Node takes the UTF-8 bytes.
 */
final class ExpressSignature {

    private static final String MARK = "s:";

    private ExpressSignature() {}

    /** @param value of characters that a token has */
    static String sign(String value, String key) {
        // for such characters, and those of Base64, Java's encoder writes what encodeURIComponent does
        return URLEncoder.encode(MARK + value + '.' + signature(value, key), StandardCharsets.UTF_8);
    }

    /** The value, where one of {@code keys} signed it. */
    static Optional<String> unsign(String cookie, List<String> keys) {
        return value(cookie).filter(value -> keys.stream()
                .map(key -> MARK + value + '.' + signature(value, key))
                .anyMatch(signed -> same(signed, decoded(cookie))));
    }

    /** What the signature is over, whoever signed it: for finding out whose key to try. */
    static Optional<String> value(String cookie) {
        String text = decoded(cookie);
        int dot = text.lastIndexOf('.');
        return text.startsWith(MARK) && dot >= MARK.length()
                ? Optional.of(text.substring(MARK.length(), dot))
                : Optional.empty();
    }

    /** Empty for a broken escape. A plus is a plus in a cookie, unlike in a form. */
    private static String decoded(String cookie) {
        try {
            return URLDecoder.decode(cookie.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String signature(String value, String key) {
        byte[] signed = DerivedKeys.hmac(key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().withoutPadding().encodeToString(signed);
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
