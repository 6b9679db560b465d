package io.github.keycloakmint.external;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a call wants of a token.
 *
 * @param nonce that the request gave
 * @param presets whose tokens will do
 */
record Expect(Optional<String> nonce, Set<Trust.Preset> presets, Mode mode) {

    Expect {
        presets = Set.copyOf(presets);
    }

    /** What a verification leaves behind. */
    enum Mode {
        /** A token that is let in has used up its {@code jti}. */
        ENFORCE,
        /** Nothing: no {@code jti} is used up, nothing is fetched (T24). */
        EXPLAIN
    }

    /** For verify-external-user and the stock doors (T23). */
    static Expect any() {
        return new Expect(Optional.empty(), EnumSet.allOf(Trust.Preset.class), Mode.ENFORCE);
    }

    /** For sign-in with Google or Firebase. */
    static Expect idToken(Optional<String> nonce) {
        return new Expect(nonce, EnumSet.of(Trust.Preset.GOOGLE, Trust.Preset.FIREBASE), Mode.ENFORCE);
    }

    static Expect dryRun() {
        return new Expect(Optional.empty(), EnumSet.allOf(Trust.Preset.class), Mode.EXPLAIN);
    }
}
