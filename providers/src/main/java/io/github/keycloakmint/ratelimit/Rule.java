package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter;

/**
 * One limit of one endpoint.
 *
 * @param capability the endpoint's name in log, event and metric
 */
record Rule(String capability, Limiter.Kind kind) {

    /** What the options of all limits begin with. */
    static final String OPTION = "limit-";

    /** Mails are counted by what is theirs, and nothing else is. */
    boolean asked() {
        boolean ofMails = kind == Limiter.Kind.MAILS_ASKED || kind == Limiter.Kind.MAILS_SENT;
        return ofMails == capability.equals("mails");
    }

    /** {@code sign-in.target} reads better than it can be typed into an environment variable. */
    String option() {
        return OPTION + capability + "-" + kind.word();
    }

    String attribute() {
        return "mint.limit." + capability + "." + kind.word();
    }
}
