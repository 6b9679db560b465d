package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a token's header must be. It is judged before any key is looked at and chooses nothing but among known keys. */
final class HeaderRules {

    /**
     * Extensions that must be understood (RFC 7515 section 4.1.11), keys and addresses of keys that a token brings along
     * (RFC 8725 section 3.10), and members of encrypted tokens.
     */
    private static final List<String> REFUSED =
            List.of("crit", "jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256", "b64", "zip", "enc");

    private HeaderRules() {}

    /** The pinned algorithm, named exactly so: neither {@code none} nor another spelling nor another family. */
    static SigningAlgorithm algorithm(ObjectNode header, Trust trust) {
        @Nullable JsonNode alg = header.get("alg");
        if (alg == null || !trust.algorithm().equals(alg.textValue())) {
            throw Rejection.of(Check.ALGORITHM, trust.algorithm(), alg == null ? "" : alg.asText());
        }
        // an algorithm that no admin could have pinned: configuration made by hand
        return SigningAlgorithm.of(trust.algorithm()).orElseThrow(() -> Rejection.of(Check.ALGORITHM));
    }

    static void judge(ObjectNode header) {
        for (String name : REFUSED) {
            if (header.has(name)) {
                throw Rejection.of(Check.HEADER, "no " + name, name);
            }
        }
        @Nullable JsonNode type = header.get("typ");
        if (type != null && !(type.isTextual() && isJwt(type.textValue()))) {
            throw Rejection.of(Check.HEADER, "typ JWT or none", type.asText());
        }
    }

    /** RFC 8725 section 3.11: a token that was made for something else names it here ({@code at+jwt}, {@code logout+jwt}). */
    private static boolean isJwt(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.equals("jwt") || lower.equals("application/jwt"); // RFC 7515 section 4.1.9 allows both
    }
}
