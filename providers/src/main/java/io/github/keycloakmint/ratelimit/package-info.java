/**
 * Rate limits, behind the interface of {@code kernel.limits}. Contract section 10.
 */
package io.github.keycloakmint.ratelimit;
