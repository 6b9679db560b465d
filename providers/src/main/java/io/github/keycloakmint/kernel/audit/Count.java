package io.github.keycloakmint.kernel.audit;

import io.micrometer.core.instrument.Metrics;
import org.jboss.logging.Logger;

/** Counts what is too little to be a call: unknown paths, other methods, preflights, closed realms. */
public final class Count {

    private static final Logger LOG = Logger.getLogger(Count.class);

    private Count() {}

    /** Both from closed sets, since they label metrics (T11). */
    public static void of(String capability, String outcome) {
        Metrics.counter("keycloak_mint_calls_total", "capability", capability, "outcome", outcome)
                .increment();
        LOG.debugf("%s: %s", capability, outcome);
    }
}
