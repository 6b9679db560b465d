/**
 * Plain JSON sign-up, sign-in, refresh and password doors onto Keycloak's own flows. Contract section 6; T8,
 * T26 to T30, T32.
 */
package io.github.keycloakmint.access;
