/**
 * Rate limits and lockout, behind the interface of {@code kernel.limits}. Contract section 10. Not built yet.
 */
package io.github.keycloakmint.ratelimit;
