package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A JWS in compact serialization (RFC 7515 section 7.1), read strictly and not believed yet. Keycloak's own {@code JWSInput}
 * is lenient where an attacker likes it: duplicate members, stray bits, other segment counts.
 */
final class CompactJws {

    private final ObjectNode header;
    private final ObjectNode payload;
    private final byte[] signed;
    private final byte[] signature;

    private CompactJws(ObjectNode header, ObjectNode payload, byte[] signed, byte[] signature) {
        this.header = header;
        this.payload = payload;
        this.signed = signed;
        this.signature = signature;
    }

    /** @throws Rejection with {@link Check#FORM} for anything that is not exactly one such token */
    static CompactJws parse(String jwt) {
        if (jwt.length() > Exchange.LARGEST_BODY) {
            throw malformed();
        }
        int first = jwt.indexOf('.');
        int second = jwt.indexOf('.', first + 1);
        // a fourth dot and more (a JWE has four) is no base64url, so the decoder below refuses it
        if (first <= 0 || second <= first + 1 || second == jwt.length() - 1) {
            throw malformed();
        }
        ObjectNode header = object(jwt.substring(0, first));
        ObjectNode payload = object(jwt.substring(first + 1, second));
        byte[] signature = bytes(jwt.substring(second + 1));
        return new CompactJws(header, payload, jwt.substring(0, second).getBytes(StandardCharsets.US_ASCII), signature);
    }

    private static ObjectNode object(String segment) {
        return Json.strict(bytes(segment))
                // half of a surrogate pair is no text (RFC 7493 section 2.1): a database makes "?" of any of them
                .filter(object -> StandardCharsets.UTF_8.newEncoder().canEncode(object.toString()))
                .orElseThrow(CompactJws::malformed);
    }

    private static byte[] bytes(String segment) {
        Optional<byte[]> bytes = UrlBase64.decode(segment);
        return bytes.orElseThrow(CompactJws::malformed);
    }

    private static Rejection malformed() {
        return Rejection.of(Check.FORM);
    }

    ObjectNode header() {
        return header;
    }

    ObjectNode payload() {
        return payload;
    }

    /** What the signature is over (RFC 7515 section 5.2 step 8); not to be changed. */
    byte[] signed() {
        return signed;
    }

    byte[] signature() {
        return signature;
    }

    @Override
    public String toString() {
        return "CompactJws[]"; // a token gets into no log
    }
}
