/**
 * The interfaces of the limiter and of known devices. The room {@code ratelimit} implements them; without it nothing is
 * limited, and no device is known.
 */
package io.github.keycloakmint.kernel.limits;
