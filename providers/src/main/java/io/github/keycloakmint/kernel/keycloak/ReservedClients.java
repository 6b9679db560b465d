package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;

/** Keycloak's own clients, which no capability ever works for, whatever their attributes say (T8). */
public final class ReservedClients {

    private static final Set<String> NAMES =
            Set.of("admin-cli", "security-admin-console", "broker", "realm-management");

    private ReservedClients() {}

    public static boolean contains(String clientId) {
        return NAMES.contains(clientId) || clientId.startsWith("account") || clientId.endsWith("-realm");
    }
}
