/**
 * Who is calling: the one resolver of the caller's address (T9), address ranges, and what counts as a usable secret (T14).
 */
package io.github.keycloakmint.kernel.caller;
