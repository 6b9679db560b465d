package io.github.keycloakmint.keys;

import io.github.keycloakmint.kernel.http.Json;
import io.github.keycloakmint.kernel.http.Reply;
import jakarta.ws.rs.core.HttpHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A key set as it is answered.
 *
 * @param tag strong: it is the hash of the bytes that are sent
 */
record KeySet(Object keys, String tag, int maxAge) {

    static KeySet of(Object keys, int maxAge) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Json.bytes(keys));
            String tag = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 18));
            return new KeySet(keys, '"' + tag + '"', maxAge);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** 304 where the caller has it already (RFC 9110 section 13.1.2). */
    Reply unlessKnown(List<String> ifNoneMatch) {
        Map<String, String> headers =
                Map.of(HttpHeaders.ETAG, tag, HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAge);
        boolean known = ifNoneMatch.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::trim)
                .anyMatch(this::isMine);
        return known ? new Reply(304, null, headers) : new Reply(200, keys, headers);
    }

    /** The weak comparison that this header asks for: gateways that compress mark tags as weak. */
    private boolean isMine(String sent) {
        return sent.equals("*") || (sent.startsWith("W/") ? sent.substring(2) : sent).equals(tag);
    }
}
