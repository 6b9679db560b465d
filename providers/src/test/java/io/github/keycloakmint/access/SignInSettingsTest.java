package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.Config;

class SignInSettingsTest {

    private static SignInSettings with(Map<String, String> values) {
        return SignInSettings.of(new Options(
                "mint-capability",
                SignInFactory.ID,
                FreshSessions.proxy(
                        Config.Scope.class, (self, method, arguments) -> values.get((String) arguments[0]))));
    }

    @Test
    void as_shipped_it_is_on_with_a_beat_of_a_quarter_of_a_second() {
        assertThat(with(Map.of())).isEqualTo(new SignInSettings(true, Duration.ofMillis(500)));
    }

    @Test
    void options_are_read() {
        assertThat(with(Map.of("active", "false", "refusal-beat-millis", "1000")))
                .isEqualTo(new SignInSettings(false, Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "49", "5001", "-1", "1s", "250.5", "x", "9999999999"})
    void a_beat_that_does_not_fit_stops_the_server_naming_the_option(String beat) {
        assertThatThrownBy(() -> with(Map.of("refusal-beat-millis", beat)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--spi-mint-capability--sign-in--refusal-beat-millis");
    }
}
