package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What server options change; each test starts a server with other ones. */
class LimitsShadowIT {

    @Test
    void in_shadow_whatever_is_over_a_limit_is_counted_told_and_let_through() {
        ServerOptions options = ServerOptions.forTests()
                .without("--spi-mint-limiter--ratelimit--defaults")
                .with("--spi-mint-limiter--ratelimit--shadow", "true")
                .withEnvironment("KC_SPI_MINT_LIMITER__RATELIMIT__LIMIT_REFRESH_ADDRESS", "3/300");
        try (KeycloakServer server = Servers.start(options);
                TestRealm realm = TestRealm.create(server, "demo-realm.json", changes -> {})) {
            assertThat(Caller.heard(realm, 10)).isEqualTo(10);
            assertThat(new Metrics(server)
                            .value(
                                    "keycloak_mint_limits_total",
                                    "capability",
                                    "refresh",
                                    "kind",
                                    "address",
                                    "outcome",
                                    "shadowed"))
                    .isEqualTo(7);
            assertThat(server.log()).contains("Limit reached (shadow): refresh by address");
        }
    }

    /** On a process: a container that ends at once is waited for until the limit. */
    @Test
    @Tag("distribution")
    void a_limit_of_an_endpoint_that_does_not_exist_stops_the_server_and_is_named() {
        ServerOptions options = ServerOptions.forTests()
                .withEnvironment("KC_SPI_MINT_LIMITER__RATELIMIT__LIMIT_SIGNIN_ADDRESS", "5/300");
        assertThatThrownBy(() -> Servers.start(options).close())
                .hasStackTraceContaining("--spi-mint-limiter--ratelimit--limit-signin-address");
    }
}
