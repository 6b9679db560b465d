package io.github.keycloakmint.external;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * Finds what must not be stored: Keycloak masks nothing of a provider's configuration but {@code clientSecret}
 * ({@code StripSecretsUtils}), so a private key would show in the admin console, in exports and in admin events (T23).
 */
final class PrivateKeys {

    /** RFC 7518 sections 6.2.2, 6.3.2 and 6.4: the private members of a JWK, and the one of a symmetric key. */
    private static final Set<String> PRIVATE_MEMBERS = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DER_SEQUENCE = 0x30;
    private static final int DER_INTEGER = 0x02;

    private PrivateKeys() {}

    static boolean in(String text) {
        return inPem(text) || inJson(text) || inBareDer(text);
    }

    private static boolean inPem(String text) {
        // also "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", however blanks got lost
        return text.toUpperCase(Locale.ROOT).replaceAll("[\\s_]", "").contains("PRIVATEKEY");
    }

    /** Parsed rather than searched: {@code "\\u0064"} is a {@code d} too. */
    private static boolean inJson(String text) {
        String trimmed = text.strip();
        if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) {
            return false;
        }
        try {
            return inTree(JSON.readTree(trimmed));
        } catch (JsonProcessingException e) {
            // no JSON, so nothing here will take it for a key; a key field says so by itself
            return false;
        }
    }

    private static boolean inTree(JsonNode node) {
        if (node.isObject() && node.has("kty") && PRIVATE_MEMBERS.stream().anyMatch(node::has)) {
            return true;
        }
        for (JsonNode child : node) {
            if (inTree(child)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Base64 without the lines around it. PKCS #1, PKCS #8, SEC 1 and PKCS #12 all begin with a version number of one byte
     * inside the outermost sequence; public keys and certificates begin with a sequence or a large number.
     */
    private static boolean inBareDer(String text) {
        byte[] der;
        try {
            der = Base64.getDecoder()
                    .decode(text.replaceAll("\\s", "").replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            return false; // no Base64, no key
        }
        if (der.length < 16 || der[0] != DER_SEQUENCE) {
            return false;
        }
        int lengthBytes = der[1] < 0 ? 1 + (der[1] & 0x7f) : 1;
        int first = 1 + lengthBytes;
        return first + 1 < der.length && der[first] == DER_INTEGER && der[first + 1] == 1;
    }
}
