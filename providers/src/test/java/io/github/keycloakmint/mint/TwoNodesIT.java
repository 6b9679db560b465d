package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

/** What one node does, the other knows; and what a client received is recorded, whatever happens to the node. */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoNodesIT {

    private static Cluster cluster;
    private static TestRealm realm;
    private static Mint mint;
    private static String introspectorSecret;

    @BeforeAll
    static void start() {
        cluster = Cluster.start();
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> settings.put("sslRequired", "none"));
        mint = new Mint(realm);
        introspectorSecret = realm.clientSecret("introspector");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static URI at(KeycloakServer node, String path) {
        return node.url("/realms/" + realm.name() + path);
    }

    private static boolean activeAt(KeycloakServer node, String token) {
        return Http.post(at(node, "/protocol/openid-connect/token/introspect"))
                .basic("introspector", introspectorSecret)
                .form(Map.of("token", token))
                .send()
                .expect(200)
                .json()
                .path("active")
                .asBoolean();
    }

    private static Answer mintAt(KeycloakServer node, String email) {
        return Http.post(at(node, "/api/auth/token-for-email"))
                .header(Mint.SECRET_HEADER, node.secrets().current())
                .json(mint.body(email))
                .send();
    }

    @Test
    @Order(1)
    void a_token_minted_on_one_node_and_revoked_on_the_other_is_dead_on_both_within_a_second() {
        Poll.untilTrue(
                "node 2 knows the platform",
                Duration.ofSeconds(15),
                () -> mintAt(cluster.node(1), "jane@example.com").status() == 200);
        for (Object body : new Object[] {null, Json.object("user_id", realm.userId("jane@example.com"))}) {
            String token = mintAt(cluster.node(1), "jane@example.com")
                    .expect(200)
                    .json()
                    .path("accessToken")
                    .asText();
            assertThat(activeAt(cluster.node(0), token)).isTrue();
            assertThat(activeAt(cluster.node(1), token)).isTrue();
            if (body == null) {
                realm.delete("/mint/mints/" + Jwt.payload(token).path("jti").asText())
                        .expect(204);
            } else {
                realm.post("/mint/mints/revoke", body).expect(200);
            }
            long revoked = System.nanoTime();
            Poll.untilTrue("dead on the other node", Duration.ofSeconds(5), () -> !activeAt(cluster.node(1), token));
            assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(Duration.ofSeconds(1));
            assertThat(activeAt(cluster.node(0), token)).isFalse();
        }
    }

    @Test
    @Order(2)
    void every_token_that_a_client_received_from_a_node_killed_meanwhile_is_in_the_ledger() throws Exception {
        realm.createUser("crash@example.com", user -> {});
        Set<String> received = ConcurrentHashMap.newKeySet();
        AtomicInteger started = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(pool.submit(() -> {
                while (started.incrementAndGet() <= 200) {
                    try {
                        Answer answer = mintAt(cluster.node(1), "crash@example.com");
                        if (answer.status() == 200) {
                            received.add(Jwt.payload(
                                            answer.json().path("accessToken").asText())
                                    .path("jti")
                                    .asText());
                        }
                    } catch (UncheckedIOException e) {
                        // the node is gone: this client received nothing
                        return;
                    }
                }
            }));
        }
        Poll.untilTrue("sixty tokens are out", Duration.ofSeconds(60), () -> received.size() >= 60);
        cluster.kill(1);
        for (Future<?> client : clients) {
            client.get();
        }
        pool.shutdown();
        assertThat(received).hasSizeBetween(60, 199);
        Set<String> rows = ConcurrentHashMap.newKeySet();
        realm.get("/mint/mints?email=crash@example.com&max=1000")
                .expect(200)
                .json()
                .path("mints")
                .forEach(row -> rows.add(row.path("jti").asText()));
        assertThat(rows).containsAll(received);
    }
}
