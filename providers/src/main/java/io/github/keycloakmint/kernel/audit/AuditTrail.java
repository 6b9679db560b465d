package io.github.keycloakmint.kernel.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.kernel.http.Json;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Ends a call's record: the Keycloak event, then, once the transaction is over and the outcome is a fact, one line of JSON
 * on {@code keycloakmint.audit}, the counter {@code keycloak_mint_calls_total} and the timer {@code
 * keycloak_mint_call_seconds}.
 */
public final class AuditTrail {

    private static final Logger AUDIT = Logger.getLogger("keycloakmint.audit");
    private static final FloodGate FLOOD = new FloodGate();

    private final KeycloakSession session;
    private final RealmModel realm;

    public AuditTrail(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** Called once, when the answer is decided and before the transaction ends. */
    public void close(CallRecord record, Outcome outcome) {
        if (stored(record, outcome)) {
            record.event().ifPresent(type -> send(new EventBuilder(realm, session).event(type), record, outcome));
        }
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                write(record, outcome);
            }

            @Override
            protected void rollbackImpl() {
                // a success that did not commit is none: its answer never left
                write(record, outcome == Outcome.SUCCESS ? Outcome.ERROR : outcome);
            }
        });
    }

    private static boolean stored(CallRecord record, Outcome outcome) {
        return outcome.stored() && !record.strangers();
    }

    private static void send(EventBuilder event, CallRecord record, Outcome outcome) {
        event.ipAddress(record.ip()).detail("capability", record.capability());
        record.clientId().ifPresent(event::client);
        record.userId().ifPresent(event::user);
        record.sessionId().ifPresent(event::session);
        record.fields().forEach((name, value) -> event.detail(name, value == null ? null : value.toString()));
        if (outcome == Outcome.SUCCESS) {
            event.success();
        } else {
            event.error(outcome.label());
        }
    }

    private static void write(CallRecord record, Outcome outcome) {
        Timer.builder("keycloak_mint_call_seconds")
                .tag("capability", record.capability())
                .tag("outcome", outcome.label())
                .register(Metrics.globalRegistry)
                .record(Duration.ofNanos(System.nanoTime() - record.startedNanos()));
        Metrics.counter("keycloak_mint_calls_total", "capability", record.capability(), "outcome", outcome.label())
                .increment();
        if (record.quiet()) {
            if (AUDIT.isDebugEnabled()) {
                AUDIT.debug(line(record, outcome, 0));
            }
        } else if (stored(record, outcome)) {
            AUDIT.info(line(record, outcome, 0));
        } else {
            FLOOD.pass(record.realmId() + '|' + record.capability() + '|' + outcome)
                    .ifPresent(suppressed -> AUDIT.info(line(record, outcome, suppressed)));
        }
    }

    private static String line(CallRecord record, Outcome outcome, long suppressed) {
        ObjectNode line = Json.empty();
        line.put("capability", record.capability());
        line.put("realm", record.realm());
        line.put("outcome", outcome.label());
        line.put("ip", record.ip());
        for (Map.Entry<String, @Nullable Object> field : record.fields().entrySet()) {
            if (field.getValue() instanceof String text) {
                line.put(field.getKey(), text);
            } else {
                line.putPOJO(field.getKey(), field.getValue());
            }
        }
        if (suppressed > 0) {
            line.put("suppressed", suppressed);
        }
        return Json.line(line);
    }
}
