/**
 * Foreign JWTs: verify another system's signed token, create or update the user, hand out Keycloak tokens. Contract
 * sections 4 and 5. Not built yet.
 */
package io.github.keycloakmint.external;
