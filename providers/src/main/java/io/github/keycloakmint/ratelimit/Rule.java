package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Limiter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One limit of one endpoint.
 *
 * @param capability the endpoint's name in log, event and metric
 * @param attribute of a realm that has another one
 */
record Rule(String capability, Limiter.Kind kind, String attribute) {

    /** What the options of all limits begin with. */
    static final String OPTION = "limit-";

    /** Endpoints are a closed set; each call asks for several, and a text made anew is what costs most of it. */
    private static final Map<String, Map<Limiter.Kind, Rule>> MADE = new ConcurrentHashMap<>();

    static Rule of(String capability, Limiter.Kind kind) {
        return Objects.requireNonNull(
                MADE.computeIfAbsent(capability, Rule::all).get(kind));
    }

    private static Map<Limiter.Kind, Rule> all(String capability) {
        Map<Limiter.Kind, Rule> all = new EnumMap<>(Limiter.Kind.class);
        for (Limiter.Kind kind : Limiter.Kind.values()) {
            all.put(kind, new Rule(capability, kind, "mint.limit." + capability + "." + kind.word()));
        }
        return all;
    }

    /** Mails are counted by what is theirs, and nothing else is. */
    boolean asked() {
        boolean ofMails = kind == Limiter.Kind.MAILS_ASKED || kind == Limiter.Kind.MAILS_SENT;
        return ofMails == capability.equals("mails");
    }

    /** {@code sign-in.target} reads better than it can be typed into an environment variable. */
    String option() {
        return OPTION + capability + "-" + kind.word();
    }
}
