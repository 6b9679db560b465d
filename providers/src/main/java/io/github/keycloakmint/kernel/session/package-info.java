/**
 * The answer of every way to sign in: profile, memberships, tokens (contract section 6). Here because several rooms sign
 * users in.
 */
package io.github.keycloakmint.kernel.session;
