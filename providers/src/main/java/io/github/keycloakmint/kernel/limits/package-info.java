/**
 * The limiter's interface. The room {@code ratelimit} implements it; without it nothing is limited.
 */
package io.github.keycloakmint.kernel.limits;
