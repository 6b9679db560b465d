package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** One limit over two nodes, and what is left of it when one of them dies. */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LimitsTwoNodesIT {

    private static final int LIMIT = 500;

    private static Cluster cluster;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(options -> options.with("--spi-mint-limiter--ratelimit--mode", "shared")
                .with("--spi-mint-limiter--ratelimit--fail-closed", "request-new-access-token")
                .with("--spi-mint-kernel--default--trusted-proxies", "0.0.0.0/0"));
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> settings.put("sslRequired", "none"));
        for (String endpoint : List.of("refresh", "request-new-access-token")) {
            realm.realmAttribute("mint.limit." + endpoint + ".address", LIMIT + "/36000");
        }
        for (int node = 0; node < 2; node++) {
            KeycloakServer known = cluster.node(node);
            Poll.untilTrue("the realm", Duration.ofSeconds(20), () -> refresh(known, "2001:db8:ffff::1") == 401);
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static int refresh(KeycloakServer node, String address) {
        return Caller.refresh(node.url("/realms/" + realm.name() + "/auth/refresh"), Optional.of(address))
                .status();
    }

    private static int heard(List<KeycloakServer> nodes, String address, int calls)
            throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<Integer>> burst = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                KeycloakServer node = nodes.get(i % nodes.size());
                burst.add(threads.submit(() -> refresh(node, address)));
            }
            int heard = 0;
            for (Future<Integer> call : burst) {
                assertThat(call.get()).isIn(401, 429);
                heard += call.get() == 401 ? 1 : 0;
            }
            return heard;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Order(1)
    void a_burst_of_a_thousand_over_two_nodes_is_cut_at_the_limit() throws InterruptedException, ExecutionException {
        int heard = heard(List.of(cluster.node(0), cluster.node(1)), "2001:db8:1::1", 1_000);

        assertThat(heard).isBetween((int) (LIMIT * 0.98), (int) (LIMIT * 1.02));
        for (int node = 0; node < 2; node++) {
            assertThat(new Metrics(cluster.node(node)).value("keycloak_mint_limits_unshared_total"))
                    .isZero();
        }
    }

    @Test
    @Order(2)
    void what_one_node_heard_the_other_counts() throws InterruptedException, ExecutionException {
        assertThat(heard(List.of(cluster.node(0)), "2001:db8:2::1", LIMIT)).isEqualTo(LIMIT);
        assertThat(heard(List.of(cluster.node(1)), "2001:db8:2::1", 20)).isLessThanOrEqualTo(LIMIT / 50);
    }

    /** The other one answers nothing, and its connections are open: what asks for a number waits, and is told nothing. */
    @Test
    @Order(3)
    void while_the_shared_count_is_away_each_endpoint_does_as_it_is_declared_to() {
        KeycloakServer left = cluster.node(1);
        Metrics metrics = new Metrics(left);
        double closed = metrics.value("keycloak_mint_limits_unshared_total", "mode", "closed");
        double open = metrics.value("keycloak_mint_limits_unshared_total", "mode", "open");
        cluster.halt(0);
        try {
            AtomicInteger next = new AtomicInteger();
            Answer refused = Poll.until("a refusal", Duration.ofSeconds(20), () -> Optional.of(
                            renew(left, "2001:db8:8:" + next.incrementAndGet() + "::1"))
                    .filter(answer -> answer.status() == 429));
            Caller.headers(refused, "address", LIMIT + "/36000");
            assertThat(Integer.parseInt(refused.header("retry-after").orElseThrow()))
                    .isBetween(1, 2);
            for (int i = 0; i < 20; i++) {
                assertThat(refresh(left, "2001:db8:9:" + i + "::1")).isEqualTo(401);
            }
        } finally {
            cluster.goOn(0);
        }
        assertThat(metrics.value("keycloak_mint_limits_unshared_total", "mode", "closed"))
                .isGreaterThan(closed);
        assertThat(metrics.value("keycloak_mint_limits_unshared_total", "mode", "open"))
                .isGreaterThan(open);
        assertThat(left.log().lines())
                .anyMatch(line ->
                        line.contains("Limits are not shared with other nodes now; [request-new-access-token] refuse"));
        Poll.untilTrue(
                "its end",
                Duration.ofSeconds(60),
                () -> renew(left, "2001:db8:7::1").status() != 429);
        Poll.untilTrue("the line of its end", Duration.ofSeconds(10), () -> left.log()
                .lines()
                .anyMatch(line -> line.contains("Limits are shared with other nodes again")));
    }

    private static Answer renew(KeycloakServer node, String address) {
        return Http.post(node.url("/realms/" + realm.name() + "/auth/request-new-access-token"))
                .header("X-Forwarded-For", address)
                .json(Json.object("refreshToken", "x"))
                .send();
    }

    /** Killed, not stopped: what was counted is with the other one, which goes on as its endpoints are declared to. */
    @Test
    @Order(4)
    void a_node_dies_and_the_other_goes_on() throws InterruptedException, ExecutionException {
        KeycloakServer left = cluster.node(1);
        cluster.kill(0);
        for (int i = 0; i < 50; i++) {
            assertThat(refresh(left, "2001:db8:3:" + i + "::1")).isEqualTo(401);
        }
        // as declared, which is open: counted on this node alone for as long as nobody answers, together before and
        // after
        int heard = heard(List.of(left), "2001:db8:4::1", 2 * LIMIT + 100);
        assertThat(heard).isBetween(LIMIT, 2 * LIMIT + LIMIT / 50);

        Metrics metrics = new Metrics(left);
        AtomicInteger next = new AtomicInteger();
        Poll.untilTrue("the store again", Duration.ofSeconds(60), () -> {
            double before = metrics.value("keycloak_mint_limits_unshared_total");
            refresh(left, "2001:db8:5:" + next.incrementAndGet() + "::1");
            return metrics.value("keycloak_mint_limits_unshared_total") == before;
        });
        // and what was counted before is with the one that is left
        assertThat(heard(List.of(left), "2001:db8:1::1", 50)).isLessThanOrEqualTo(LIMIT / 50);
        assertThat(heard(List.of(left), "2001:db8:6::1", LIMIT + 100)).isBetween(LIMIT, LIMIT + LIMIT / 50);
    }
}
