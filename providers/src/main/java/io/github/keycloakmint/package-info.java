/** keycloak-mint: a Keycloak extension bundle. Rooms (one per capability) on a small kernel. */
package io.github.keycloakmint;
