/**
 * Account-scoped tokens and the self-service of accounts, on Keycloak's organizations. Contract section 7.
 */
package io.github.keycloakmint.accounts;
