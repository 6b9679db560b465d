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
import java.util.function.Predicate;
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

    private static final AtomicInteger NEXT = new AtomicInteger();

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
            shared(known);
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
        return new Burst(nodes, calls, node -> refresh(node, address) == 401).heard();
    }

    /** Calls from 16 threads, over the nodes in turn. */
    private static final class Burst {
        private final ExecutorService threads = Executors.newFixedThreadPool(16);
        private final List<Future<Boolean>> calls = new ArrayList<>();
        private final AtomicInteger done = new AtomicInteger();

        Burst(List<KeycloakServer> nodes, int number, Predicate<KeycloakServer> call) {
            for (int i = 0; i < number; i++) {
                KeycloakServer node = nodes.get(i % nodes.size());
                calls.add(threads.submit(() -> {
                    boolean heard = call.test(node);
                    done.incrementAndGet();
                    return heard;
                }));
            }
        }

        int heard() throws InterruptedException, ExecutionException {
            try {
                int heard = 0;
                for (Future<Boolean> call : calls) {
                    heard += call.get() ? 1 : 0;
                }
                return heard;
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** Until {@code node} gets an answer of the others again, as an address of its own finds out. */
    private static void shared(KeycloakServer node) {
        Metrics metrics = new Metrics(node);
        Poll.untilTrue("the store", Duration.ofSeconds(60), () -> {
            double before = metrics.value("keycloak_mint_limits_unshared_total");
            refresh(node, "2001:db8:ffff:" + Integer.toHexString(NEXT.incrementAndGet()) + "::1");
            return metrics.value("keycloak_mint_limits_unshared_total") == before;
        });
    }

    @Test
    @Order(1)
    void a_burst_of_a_thousand_over_two_nodes_is_cut_at_the_limit() throws InterruptedException, ExecutionException {
        int heard = heard(List.of(cluster.node(0), cluster.node(1)), "2001:db8:1::1", 1_000);

        assertThat(heard).isBetween((int) (LIMIT * 0.98), (int) (LIMIT * 1.02));
    }

    @Test
    @Order(1)
    void so_it_is_with_the_limit_that_is_shipped() throws InterruptedException, ExecutionException {
        realm.realmAttribute("mint.limit.sign-out.address", "50/300");
        long began = System.nanoTime();
        int heard = new Burst(
                        List.of(cluster.node(0), cluster.node(1)),
                        1_000,
                        node -> Http.post(node.url("/realms/" + realm.name() + "/auth/sign-out"))
                                        .header("X-Forwarded-For", "2001:db8:e::1")
                                        .json("{}")
                                        .send()
                                        .status()
                                == 204)
                .heard();
        long back = Duration.ofNanos(System.nanoTime() - began).toSeconds() / 6 + 1;
        assertThat(heard).isBetween(49, 51 + (int) back);
    }

    /** As in a full collection, or a container without a share of the processor. */
    @Test
    @Order(2)
    void a_node_that_stands_still_in_the_middle_of_a_burst_has_the_other_give_nothing_away()
            throws InterruptedException, ExecutionException {
        String address = "2001:db8:d::1";
        Burst burst =
                new Burst(List.of(cluster.node(0), cluster.node(1)), 1_000, node -> refresh(node, address) == 401);
        Poll.untilTrue("a part of the burst", Duration.ofSeconds(30), () -> burst.done.get() > 200);
        cluster.halt(0);
        try {
            long until = System.nanoTime() + Duration.ofMillis(1_500).toNanos();
            Poll.untilTrue("the time", Duration.ofSeconds(10), () -> System.nanoTime() - until > 0);
        } finally {
            cluster.goOn(0);
        }
        int heard = burst.heard();
        assertThat(heard).isLessThanOrEqualTo((int) (LIMIT * 1.02));
        shared(cluster.node(0));
        shared(cluster.node(1));
        assertThat(heard + heard(List.of(cluster.node(1)), address, LIMIT))
                .isBetween((int) (LIMIT * 0.98), (int) (LIMIT * 1.02));
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
            Answer refused = Poll.until("a refusal", Duration.ofSeconds(20), () -> Optional.of(
                            renew(left, "2001:db8:8:" + NEXT.incrementAndGet() + "::1"))
                    .filter(answer -> answer.status() == 429));
            // nobody has reached a limit
            assertThat(refused.header("ratelimit")).isEmpty();
            assertThat(refused.header("ratelimit-policy")).isEmpty();
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
        int heard = heard(List.of(left), "2001:db8:4::1", LIMIT + 100);
        assertThat(heard).isBetween(1, LIMIT + LIMIT / 50);
        shared(left);
        assertThat(heard + heard(List.of(left), "2001:db8:4::1", LIMIT + 100)).isBetween(LIMIT, LIMIT + LIMIT / 50);
        // and what was counted before is with the one that is left
        assertThat(heard(List.of(left), "2001:db8:1::1", 50)).isLessThanOrEqualTo(LIMIT / 50);
        assertThat(heard(List.of(left), "2001:db8:6::1", LIMIT + 100)).isBetween(LIMIT, LIMIT + LIMIT / 50);
    }
}
