/**
 * Plain JSON sign-up, sign-in, refresh and password doors onto Keycloak's own flows. Contract section 6. Not built yet.
 */
package io.github.keycloakmint.access;
