package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;

class KeycloakEndpointsTest {

    private static final RealmModel REALM = (RealmModel) Proxy.newProxyInstance(
            KeycloakEndpointsTest.class.getClassLoader(),
            new Class<?>[] {RealmModel.class},
            (self, method, arguments) -> method.getName().equals("getId") ? "realm-7" : "seven");

    @Test
    void a_refusal_is_one() {
        Refusal refusal = Refusal.limited(7, Map.of(), "limit_address");
        assertThat(KeycloakEndpoints.refusal(REALM, "keycloak-token", () -> {
                    throw refusal;
                }))
                .containsSame(refusal);
    }

    @Test
    void a_limiter_that_fails_refuses_nothing_and_is_in_the_log_once() {
        List<LogRecord> said = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(KeycloakEndpoints.class.getName());
        logger.addHandler(handler);
        try {
            for (int i = 0; i < 5; i++) {
                int call = i;
                assertThat(KeycloakEndpoints.refusal(REALM, "keycloak-login", () -> {
                            throw new IllegalStateException("no cache manager " + call);
                        }))
                        .isEmpty();
            }
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(said).hasSize(1);
        assertThat(said.get(0).getMessage()).contains("keycloak-login").contains("seven");
        assertThat(said.get(0).getThrown()).hasMessage("no cache manager 0");
    }
}
