/**
 * The realm's public keys as an address that apps and gateways can poll: cacheable, and cheap to ask again. Contract section
 * 11.
 */
package io.github.keycloakmint.keys;
