package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitSettingsTest {

    @Test
    void as_shipped_each_node_counts_by_itself_and_refuses() {
        LimitSettings settings = Judging.settings(Map.of());
        assertThat(settings.active()).isTrue();
        assertThat(settings.shared()).isFalse();
        assertThat(settings.shadow()).isFalse();
        assertThat(settings.keycloaks()).isTrue();
        assertThat(settings.closed()).isEmpty();
        assertThat(settings.limits()).hasSameSizeAs(ShippedLimits.all());
    }

    @ParameterizedTest
    @CsvSource({
        "mode, cluster",
        "shadow, yes",
        "active, on",
        "buckets, 12",
        "exempt-addresses, example.com",
        "exempt-clients, billing",
        "fail-closed, sign-inn",
        "limit-sign-in-address, 50",
        "limit-sign-in-target, 5 in 300",
        "shared-timeout-millis, 1",
    })
    void a_value_that_does_not_fit_stops_the_server_naming_the_option(String option, String value) {
        assertThatThrownBy(() -> Judging.settings(Map.of(option, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--spi-mint-limiter--ratelimit--" + option);
    }
}
