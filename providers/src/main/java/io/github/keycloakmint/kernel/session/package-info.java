/**
 * The answer of every way to sign in: profile, memberships, tokens; the cookie of those that have one (T26); and the one way
 * out (contract section 6). Here because several rooms sign users in.
 */
package io.github.keycloakmint.kernel.session;
