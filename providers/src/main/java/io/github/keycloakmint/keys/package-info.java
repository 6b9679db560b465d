/**
 * The realm's public keys as an address that apps and gateways can poll: cacheable, and cheap to ask again. How keys are
 * rotated under it is in docs/keys.md. Contract section 11.
 */
package io.github.keycloakmint.keys;
