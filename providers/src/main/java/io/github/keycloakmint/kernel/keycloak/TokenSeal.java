package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The seal on an HS256 access token (T1): its {@code jti} ends with a dot and a MAC over the whole payload as it was
 * without that MAC, under a key that nobody outside the server has. Whoever holds the realm's HS256 key can sign, but
 * can't seal, neither a payload of his own nor an honest one with one claim changed.
 */
final class TokenSeal {

    /** Not percent-encoded by any client, so that a jti goes into the ledger's paths as it is. */
    private static final char MARK = '.';

    /** Two readers that take different ones of two equal names are an attack, so such a payload has no seal. */
    private static final JsonMapper STRICT = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private TokenSeal() {}

    /** The sealed {@code jti} for a payload that has {@code jti} now. */
    static String seal(byte[] key, String jti, byte[] payload) {
        return jti + MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(DerivedKeys.hmac(key, payload));
    }

    /** The payload's tree when one of {@code keys} sealed it. */
    static Optional<JsonNode> open(List<byte[]> keys, byte[] payload) {
        try {
            JsonNode claims = STRICT.readTree(payload);
            String sealed = claims.path("jti").asText();
            int mark = sealed.lastIndexOf(MARK);
            String text = new String(payload, StandardCharsets.UTF_8);
            String member = "\"jti\":\"" + sealed + '"';
            int at = text.indexOf(member);
            if (mark < 0 || at < 0 || at != text.lastIndexOf(member)) {
                return Optional.empty();
            }
            byte[] before = (text.substring(0, at) + "\"jti\":\"" + sealed.substring(0, mark) + '"'
                            + text.substring(at + member.length()))
                    .getBytes(StandardCharsets.UTF_8);
            // text with text: base64 has several spellings of the same bytes, and each would be a jti of its own, which
            // no
            // revocation knows
            byte[] asSent = sealed.getBytes(StandardCharsets.UTF_8);
            boolean sealedByUs = keys.stream()
                    .map(key -> seal(key, sealed.substring(0, mark), before).getBytes(StandardCharsets.UTF_8))
                    .anyMatch(ours -> MessageDigest.isEqual(ours, asSent));
            return sealedByUs ? Optional.of(claims) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
