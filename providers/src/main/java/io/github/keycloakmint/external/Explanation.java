package io.github.keycloakmint.external;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a dry run tells an admin: the first check that fails, and the values that it compared. Never the token.
 *
 * @param provider alias of the identity provider that has the token's issuer
 * @param check that failed
 * @param error code that a caller would get
 * @param expected from the configuration, or the clock
 * @param found in the token
 * @param foreignId of the user, where the token would be taken
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Explanation(
        boolean valid,
        @Nullable String provider,
        @Nullable String check,
        @Nullable String error,
        @Nullable String expected,
        @Nullable String found,
        @Nullable String foreignId) {

    private static final int LONGEST = 200;

    static Explanation of(ForeignToken token) {
        return new Explanation(true, token.trust().alias(), null, null, null, null, token.foreignId());
    }

    static Explanation of(Rejection rejection, Optional<Trust> trust) {
        Check check = rejection.check();
        return new Explanation(
                false,
                trust.map(Trust::alias).orElse(null),
                check == Check.KEYS_AVAILABLE ? "keys unavailable" : check.word(),
                check.error().code(),
                rejection.expected().map(Explanation::shortened).orElse(null),
                rejection.found().map(Explanation::shortened).orElse(null),
                null);
    }

    private static String shortened(String value) {
        if (value.length() <= LONGEST) {
            return value;
        }
        // never between the halves of a character
        int end = Character.isHighSurrogate(value.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
        return value.substring(0, end) + "…";
    }
}
