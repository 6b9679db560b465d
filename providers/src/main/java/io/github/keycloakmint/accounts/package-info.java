/**
 * Keycloak's organizations as accounts: tokens for one account and one audience, at an endpoint of their own and by token
 * exchange, mappers for sessions' tokens, and what users do to their accounts themselves, invitations among it. Contract
 * section 7; T3 to T5, T7, T8, T31, T33.
 */
package io.github.keycloakmint.accounts;
