package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter;

/**
 * One limit of one endpoint.
 *
 * @param capability the endpoint's name in log, event and metric
 */
record Rule(String capability, Limiter.Kind kind) {

    /** {@code sign-in.target} reads better than it can be typed into an environment variable. */
    String option() {
        return "limit-" + capability + "-" + kind.word();
    }

    String attribute() {
        return "mint.limit." + capability + "." + kind.word();
    }
}
