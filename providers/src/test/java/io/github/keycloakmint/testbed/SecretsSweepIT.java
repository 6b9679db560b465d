package io.github.keycloakmint.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** After the whole suite: no secret and no token in any log, event or metric. */
@Order(Integer.MAX_VALUE)
class SecretsSweepIT {

    private static Map<String, String> evidence;

    @BeforeAll
    static void gather() {
        LogSweep.gather(Servers.shared());
        evidence = LogSweep.evidence();
    }

    @Test
    void nothingSecretWasWrittenAnywhere() {
        List<String> leaks = new ArrayList<>();
        evidence.forEach((source, text) -> LogSweep.leaksIn(text).forEach(leak -> leaks.add(source + ": " + leak)));
        // The texts themselves stay out of the failure's message: it would be the next leak.
        assertThat(leaks).isEmpty();
    }

    /** A sweep of nothing would pass as well. */
    @Test
    void theSweepHadSomethingToFindAndSomewhereToLook() {
        KeycloakServer server = Servers.shared();
        String secret = server.secrets().current();
        assertThat(Secrets.all().contains(secret)).isTrue();
        assertThat(Secrets.all().contains(server.adminPassword())).isTrue();
        assertThat(LogSweep.leaksIn("{\"a\":\"" + secret + "\"}")).hasSize(1);
        assertThat(LogSweep.leaksIn("{\"a\":\"" + secret.substring(1) + "\"}")).isEmpty();
        assertThat(server.log()).contains("Listening on");
        assertThat(new AuditLog(server).lines()).isNotEmpty();
        assertThat(new Metrics(server).text()).contains("jvm_");
        assertThat(evidence.keySet())
                .anyMatch(source -> source.endsWith("/events"))
                .anyMatch(source -> source.endsWith("/admin-events"));
    }
}
