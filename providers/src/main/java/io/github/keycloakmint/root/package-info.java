/**
 * The root-path facade: the bundle's public paths at the server's root, in front of the realm paths. It finds the realm
 * and hands the call on; no rule of a capability lives here. Off by default. Contract section 1, T16.
 */
package io.github.keycloakmint.root;
