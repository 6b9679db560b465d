/**
 * JSON doors onto Keycloak's own flows: csrf token, sign-in, refresh, sign-up, passwords, verified emails; and the check of
 * bcrypt hashes that users bring along. Contract section 6; T8, T16, T26 to T30, T32.
 */
package io.github.keycloakmint.access;
