/**
 * API keys with permissions, owned by a user or an account. Contract section 9.
 */
package io.github.keycloakmint.apikeys;
