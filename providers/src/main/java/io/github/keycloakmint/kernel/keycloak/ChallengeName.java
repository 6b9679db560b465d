package io.github.keycloakmint.kernel.keycloak;

import java.util.Locale;

/** What a challenge is called in answers: Keycloak's own name for it, in lower case with underscores. */
final class ChallengeName {

    private ChallengeName() {}

    static String of(String keycloaks) {
        return keycloaks.toLowerCase(Locale.ROOT).replace('-', '_');
    }
}
