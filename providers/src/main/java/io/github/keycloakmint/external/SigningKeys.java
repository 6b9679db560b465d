package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Json;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns what an admin or an issuer wrote into keys: PEM, a JWK or a JWK set.
 *
 * <p>Parsed texts are cached by their content and by nothing else. Keycloak drops an identity provider from the caches of
 * all nodes when an admin changes it, so a new text is a new entry at once, on every node (T23).
 */
final class SigningKeys {

    /** Keys in a set at the most. */
    static final int MOST = 32;

    /** Keys that one token is tried with at the most. */
    private static final int TRIES = 8;

    /** Characters of all cached texts together: 16 million bytes or so, whatever admins paste. */
    private static final long CACHED_CHARACTERS = 8_000_000;

    private static final Cache<Source, List<SigningKey>> PARSED = Caffeine.newBuilder()
            .maximumWeight(CACHED_CHARACTERS)
            .weigher((Source source, List<SigningKey> keys) -> source.text().length() + 256)
            .build();

    private record Source(SigningAlgorithm algorithm, String text) {}

    private SigningKeys() {}

    /** What is wrong with {@code text} as a key for {@code algorithm}, in words for an admin; empty when it will do. */
    static Optional<String> check(String text, String algorithm) {
        Optional<SigningAlgorithm> pinned = SigningAlgorithm.of(algorithm);
        if (pinned.isEmpty()) {
            return Optional.of("The algorithm must be one of " + SigningAlgorithm.NAMES);
        }
        try {
            parse(text, pinned.get());
            return Optional.empty();
        } catch (BadKey e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /** The keys of a configured text; none where it is not valid, since {@link #check} has told the admin. */
    static List<SigningKey> of(Trust.Keys.Text configured, SigningAlgorithm algorithm) {
        List<SigningKey> keys = PARSED.get(new Source(algorithm, configured.text()), SigningKeys::lenient);
        if (configured.kid().isEmpty()) {
            return keys;
        }
        String kid = configured.kid().get();
        return keys.stream()
                // of a set the configured kid picks; a lone key goes by it, whatever it calls itself
                .filter(key -> keys.size() == 1 || key.kid().map(kid::equals).orElse(true))
                .map(key -> key.named(kid))
                .toList();
    }

    private static List<SigningKey> lenient(Source source) {
        try {
            return parse(source.text(), source.algorithm());
        } catch (BadKey e) {
            return List.of(); // cached like any other, so that a bad text costs nothing per call
        }
    }

    /** @throws BadKey with words for an admin; one private key in a set refuses all of it */
    static List<SigningKey> parse(String text, SigningAlgorithm algorithm) {
        String trimmed = text.strip();
        if (trimmed.isEmpty()) {
            throw new BadKey("The key is empty");
        }
        if (trimmed.length() > Exchange.LARGEST_BODY) {
            throw new BadKey("The key is longer than 64 KiB");
        }
        if (!trimmed.startsWith("{")) {
            PublicKey key = PublicPem.parse(trimmed);
            algorithm.require(key);
            return List.of(new SigningKey(Optional.empty(), algorithm, key));
        }
        ObjectNode json = Json.strict(trimmed.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new BadKey("The JWK or JWK set is no valid JSON object, or has a member twice"));
        return json.has("keys") ? set(json, algorithm) : List.of(new PublicJwk(json).key(algorithm));
    }

    private static List<SigningKey> set(ObjectNode json, SigningAlgorithm algorithm) {
        List<PublicJwk> jwks = members(json)
                .orElseThrow(() -> new BadKey("The JWK set's `keys` must be an array of at most 32 objects"));
        if (new PublicJwk(json).isPrivate() || jwks.stream().anyMatch(PublicJwk::isPrivate)) {
            throw PublicPem.privateKey();
        }
        List<SigningKey> keys = jwks.stream()
                .filter(jwk -> jwk.isFor(algorithm))
                .map(jwk -> jwk.key(algorithm))
                .toList();
        if (keys.isEmpty()) {
            throw new BadKey("The JWK set has no key for signatures with " + algorithm);
        }
        return keys;
    }

    /**
     * The keys for {@code algorithm} in a set that an issuer publishes. Others, broken and private ones are passed over:
     * what an issuer publishes beside them is not the admin's doing. Empty where the document is no JWK set of a
     * sensible size.
     */
    static Optional<List<SigningKey>> published(byte[] document, SigningAlgorithm algorithm) {
        return Json.strict(document).flatMap(SigningKeys::members).map(jwks -> {
            List<SigningKey> keys = new ArrayList<>();
            for (PublicJwk jwk : jwks) {
                try {
                    keys.add(jwk.key(algorithm));
                } catch (BadKey e) {
                    continue; // passed over, as said above
                }
            }
            return List.copyOf(keys);
        });
    }

    private static Optional<List<PublicJwk>> members(ObjectNode json) {
        @Nullable JsonNode keys = json.get("keys");
        if (keys == null || !keys.isArray() || keys.size() > MOST) {
            return Optional.empty();
        }
        List<PublicJwk> members = new ArrayList<>();
        for (JsonNode key : keys) {
            if (!(key instanceof ObjectNode jwk)) {
                return Optional.empty();
            }
            members.add(new PublicJwk(jwk));
        }
        return Optional.of(members);
    }

    /**
     * Those of {@code keys} that a token with this {@code kid} is tried with: the ones of that name first, then the ones
     * that take any name; all for a token that names none.
     */
    static List<SigningKey> matching(List<SigningKey> keys, Optional<String> kid) {
        if (kid.isEmpty()) {
            return keys.stream().limit(TRIES).toList();
        }
        return Stream.concat(
                        keys.stream().filter(key -> key.kid().equals(kid)),
                        keys.stream().filter(key -> key.kid().isEmpty()))
                .limit(TRIES)
                .toList();
    }
}
