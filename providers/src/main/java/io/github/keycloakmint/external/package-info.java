/**
 * External identities: another system's signed JWT, or a Google or Firebase ID token, is verified, its user created or
 * updated, and Keycloak's tokens are handed out. Contract sections 4 and 5; T21 to T26.
 *
 * <p>{@link VerifyExternalJwt} decides whether a token is believed and writes nothing; {@link UpsertUser} turns what it
 * says into a user; the resources put both between a request and an answer.
 */
package io.github.keycloakmint.external;
