package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import io.github.keycloakmint.testbed.Said;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;
import org.keycloak.models.RealmModel;

class DeviceSettingsTest {

    private static DeviceSettings of(Map<String, String> values) {
        Config.Scope scope =
                FreshSessions.proxy(Config.Scope.class, (self, method, arguments) -> values.get(arguments[0]));
        return DeviceSettings.of(new Options("mint-known-devices", "ratelimit", scope));
    }

    private static RealmModel realm(String tries) {
        return realm("id", tries, false);
    }

    private static RealmModel realm(String id, String tries, boolean forGood) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put("mint.known-devices.tries", tries);
        return FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
            case "getId" -> id;
            case "getName" -> "demo";
            case "isPermanentLockout" -> forGood;
            default -> attributes.get(arguments[0]);
        });
    }

    @Test
    void as_shipped() {
        DeviceSettings settings = of(Map.of());
        assertThat(settings.tries()).isEqualTo(5);
        assertThat(settings.windowSeconds()).isEqualTo(900);
        assertThat(settings.cookieSeconds()).isEqualTo(90L * 24 * 3600);
        assertThat(settings.triesIn(realm(null))).isEqualTo(5);
    }

    @Test
    void a_value_that_does_not_fit_stops_the_server() {
        for (Map.Entry<String, List<String>> option : Map.of(
                        "tries", List.of("-1", "21", "x"),
                        "window-seconds", List.of("9", "86401", "x"),
                        "cookie-days", List.of("0", "366", "x"))
                .entrySet()) {
            for (String value : option.getValue()) {
                assertThatThrownBy(() -> of(Map.of(option.getKey(), value)))
                        .hasMessageContaining("--spi-mint-known-devices--ratelimit--" + option.getKey());
            }
        }
    }

    @Test
    void a_realm_says_how_many_tries_or_that_there_are_none() {
        DeviceSettings settings = of(Map.of("tries", "3"));
        assertThat(settings.triesIn(realm("2"))).isEqualTo(2);
        assertThat(settings.triesIn(realm("0"))).isZero();
        assertThat(settings.triesIn(realm("20"))).isEqualTo(20);
        assertThat(of(Map.of("tries", "0")).triesIn(realm(null))).isZero();
    }

    @Test
    void T32_a_realm_that_locks_for_good_gives_one_where_it_does_not_say_more() {
        assertThat(of(Map.of()).triesIn(realm("id", null, true))).isEqualTo(1);
        assertThat(of(Map.of("tries", "0")).triesIn(realm("id", null, true))).isZero();
        assertThat(of(Map.of()).triesIn(realm("id", "3", true))).isEqualTo(3);
    }

    @Test
    void a_realm_with_a_value_that_does_not_fit_knows_no_device() {
        for (String value : List.of("21", "-1", "many", "99999999999999999999")) {
            assertThat(of(Map.of()).triesIn(realm(value))).as(value).isZero();
        }
    }

    @Test
    void T11_it_is_said_once_and_not_at_each_call() {
        try (Said log = new Said(DeviceSettings.class)) {
            for (int i = 0; i < 3; i++) {
                of(Map.of()).triesIn(realm("loud", "some", false));
                of(Map.of()).triesIn(realm("loud", "22", false));
            }
            assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("mint.known-devices.tries"));
        }
    }
}
