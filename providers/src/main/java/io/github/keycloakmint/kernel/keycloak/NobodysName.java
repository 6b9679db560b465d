package io.github.keycloakmint.kernel.keycloak;

import java.util.UUID;

/** Names that nobody has, for doing the work of looking somebody up. */
final class NobodysName {

    private NobodysName() {}

    static String fresh() {
        return UUID.randomUUID() + "@nobody.invalid";
    }
}
