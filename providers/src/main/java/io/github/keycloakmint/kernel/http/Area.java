package io.github.keycloakmint.kernel.http;

/** Where an endpoint hangs. */
public enum Area {
    /** {@code /realms/{realm}/api/…}, and {@code /api/…} through the root facade. */
    API,
    /** {@code /realms/{realm}/auth/…}, and {@code /auth/…} or {@code /{projectId}/auth/…} through the root facade. */
    AUTH,
    /**
     * {@code /realms/{realm}/.well-known/…}, and {@code /.well-known/…} through the root facade: exact paths, since the
     * others there are Keycloak's.
     */
    WELL_KNOWN,
    /** {@code /admin/realms/{realm}/mint/…}: behind Keycloak's own admin authentication. */
    ADMIN
}
