package io.github.keycloakmint.kernel.http;

/** Where an endpoint hangs. */
public enum Area {
    /** {@code /realms/{realm}/api/…}, and {@code /api/…} through the root facade. */
    API,
    /** {@code /realms/{realm}/auth/…}, and {@code /auth/…} or {@code /{projectId}/auth/…} through the root facade. */
    AUTH,
    /** {@code /admin/realms/{realm}/mint/…}: behind Keycloak's own admin authentication. */
    ADMIN
}
