package io.github.keycloakmint.keys;

import io.github.keycloakmint.kernel.Options;

/**
 * Server options of the key set.
 *
 * @param maxAge seconds for which a verifier may keep it. A new key has to be published for as long before it signs
 */
record JwksSettings(boolean active, int maxAge) {

    private static final int FIVE_MINUTES = 300;
    private static final int ONE_DAY = 86_400;

    static JwksSettings of(Options options) {
        return new JwksSettings(options.flag("active", true), options.integer("max-age", FIVE_MINUTES, 0, ONE_DAY));
    }
}
