package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shared mode on one server in development mode, which has no cluster: it counts all the same, and says so. */
@Tag("distribution")
class LimitsSharedIT {

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(
                Servers.start(ServerOptions.forTests().with("--spi-mint-limiter--ratelimit--mode", "shared")),
                "demo-realm.json",
                settings -> {});
    }

    @AfterAll
    static void stop() {
        realm.server().close();
    }

    private static int refresh() {
        return Caller.refresh(realm.url("/auth/refresh"), Optional.empty()).status();
    }

    @Test
    void a_server_without_a_cluster_counts_in_the_cache_that_it_has_and_warns() {
        Metrics metrics = new Metrics(realm.server());
        realm.realmAttribute("mint.limit.refresh.address", "1000/1");
        Poll.untilTrue("the cache", Duration.ofSeconds(30), () -> {
            double before = metrics.value("keycloak_mint_limits_unshared_total");
            return refresh() == 401 && metrics.value("keycloak_mint_limits_unshared_total") == before;
        });
        double before = metrics.value("keycloak_mint_limits_unshared_total");
        realm.realmAttribute("mint.limit.refresh.address", "3/36000");
        for (int i = 0; i < 3; i++) {
            assertThat(refresh()).isEqualTo(401);
        }
        assertThat(refresh()).isEqualTo(429);
        assertThat(metrics.value("keycloak_mint_limits_unshared_total")).isEqualTo(before);
        assertThat(realm.server().log().lines().filter(line -> line.contains("no cluster to share them in")))
                .hasSize(1)
                .allMatch(line -> line.contains("WARN") && line.contains("[keycloakmint.limits]"));
        assertThat(realm.server().log()).doesNotContain("Limits are not shared with other nodes now");
    }
}
