package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Said;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEventListener;
import org.keycloak.services.managers.DefaultBruteForceProtectorFactory;

class KnownDeviceProtectorFactoryTest {

    private final List<ProviderEventListener> listeners = new ArrayList<>();

    /** @param chosen which the server uses */
    private KeycloakSessionFactory server(DefaultBruteForceProtectorFactory chosen) {
        return FreshSessions.proxy(
                KeycloakSessionFactory.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getProviderFactory" -> chosen;
                    case "register" -> listeners.add((ProviderEventListener) arguments[0]) ? null : null;
                    default -> throw new AssertionError(method.getName());
                });
    }

    private List<String> saidAtStart(DefaultBruteForceProtectorFactory chosen, KnownDeviceProtectorFactory ours) {
        KeycloakSessionFactory server = server(chosen);
        try (Said log = new Said(KnownDeviceProtectorFactory.class)) {
            ours.postInit(server);
            assertThat(log.lines()).isEmpty();
            listeners.forEach(listener -> listener.onEvent(new PostMigrationEvent(server)));
            return log.lines();
        }
    }

    private boolean chosen(DefaultBruteForceProtectorFactory chosen) {
        KeycloakSessionFactory server = server(chosen);
        return KnownDeviceProtectorFactory.chosen(
                FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> server));
    }

    @Test
    void where_it_is_chosen_there_is_nothing_to_say() {
        KnownDeviceProtectorFactory ours = new KnownDeviceProtectorFactory();
        assertThat(saidAtStart(ours, ours)).isEmpty();
        assertThat(chosen(ours)).isTrue();
    }

    @Test
    void where_another_one_is_chosen_the_log_says_that_there_are_no_known_devices() {
        DefaultBruteForceProtectorFactory another = new DefaultBruteForceProtectorFactory();
        assertThat(saidAtStart(another, new KnownDeviceProtectorFactory()))
                .singleElement()
                .asString()
                .contains("no known devices");
        assertThat(chosen(another)).isFalse();
        assertThat(chosen(null)).isFalse();
    }
}
