package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
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

    @Test
    void every_endpoint_takes_every_kind_and_may_be_closed_though_it_has_no_limit_as_shipped() {
        LimitSettings settings = Judging.settings(Map.of(
                "limit-verify-address", "7/60",
                "limit-csrf-client", "8/60",
                "limit-sign-in-key", "9/60",
                "limit-mails-mails-sent", "off",
                "fail-closed", "verify, csrf, mails, key-rate, keycloak-token"));
        assertThat(settings.limits())
                .containsEntry(Rule.of("verify", Limiter.Kind.ADDRESS), new Buckets.Rate(7, 60))
                .containsEntry(Rule.of("csrf", Limiter.Kind.CLIENT), new Buckets.Rate(8, 60))
                .containsEntry(Rule.of("sign-in", Limiter.Kind.KEY), new Buckets.Rate(9, 60))
                .doesNotContainKey(Rule.of("mails", Limiter.Kind.MAILS_SENT));
        assertThat(settings.closed()).contains("verify", "csrf", "mails", "key-rate", "keycloak-token");
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
        "limit-signin-address, 5/300",
        "limit-sign-in-adress, 5/300",
        "limit-sign-in-mails-sent, 5/300",
        "limit-mails-address, 5/300",
        "limit-verify-address, 5",
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
