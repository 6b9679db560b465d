/**
 * The only room that touches Keycloak's private packages ({@code org.keycloak.services..},
 * {@code org.keycloak.protocol..}) and its tables. A Keycloak upgrade edits only here. Look-ups return {@code Optional},
 * never null.
 */
package io.github.keycloakmint.kernel.keycloak;
