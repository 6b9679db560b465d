package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What one node does to a key the other sees within five seconds; uses of both are in one count. */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiKeyTwoNodesIT {

    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);

    private static Cluster cluster;
    private static TestRealm realm;
    private static KeyDesk desk;
    private static String jane;

    @BeforeAll
    static void start() {
        cluster = Cluster.start();
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> settings.put("sslRequired", "none"));
        desk = new KeyDesk(realm);
        jane = desk.session(KeyDesk.JANE);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static int at(int node, String key) {
        return Http.get(cluster.node(node).url("/realms/" + realm.name() + "/api/auth/verify"))
                .header("X-API-KEY", key)
                .send()
                .status();
    }

    private static void dies(Consumer<String> deed) {
        JsonNode made =
                desk.create(jane, desk.inAcme("campaigns:read")).expect(201).json();
        String key = made.path("key").asText();
        assertThat(at(0, key)).isEqualTo(200);
        assertThat(at(1, key)).isEqualTo(200);
        deed.accept(made.path("id").asText());
        long done = System.nanoTime();
        assertThat(at(0, key)).isEqualTo(401);
        Poll.untilTrue("refused by the other node", Duration.ofSeconds(10), () -> at(1, key) == 401);
        assertThat(Duration.ofNanos(System.nanoTime() - done)).isLessThan(FIVE_SECONDS);
    }

    @Test
    @Order(1)
    void a_deleted_or_disabled_key_is_refused_by_both_within_five_seconds() {
        dies(id -> desk.call("DELETE", jane, id, null).expect(204));
        dies(id -> desk.call("PATCH", jane, id, Json.object("enabled", false)).expect(200));
        dies(id -> realm.delete("/mint/api-keys/" + id).expect(204));
    }

    @Test
    @Order(2)
    void uses_on_both_nodes_are_in_one_count() throws Exception {
        JsonNode made = desk.create(jane, desk.direct()).expect(201).json();
        String key = made.path("key").asText();
        ExecutorService crowd = Executors.newFixedThreadPool(20);
        List<Future<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int node = i % 2;
            calls.add(crowd.submit(() -> at(node, key)));
        }
        for (Future<Integer> call : calls) {
            assertThat(call.get()).isEqualTo(200);
        }
        crowd.shutdown();
        Poll.untilTrue("both counts", Duration.ofSeconds(20), () -> uses(made) == 100);
    }

    @Test
    @Order(3)
    void a_killed_node_takes_no_more_with_it_than_it_had_not_written() {
        JsonNode made = desk.create(jane, desk.direct()).expect(201).json();
        String key = made.path("key").asText();
        for (int i = 0; i < 10; i++) {
            assertThat(at(1, key)).isEqualTo(200);
        }
        Poll.untilTrue("the first to be written", Duration.ofSeconds(20), () -> uses(made) == 10);
        assertThat(at(1, key)).isEqualTo(200);
        cluster.kill(1);
        assertThat(at(0, key)).isEqualTo(200);
        Poll.untilTrue("the other node's use to be written", Duration.ofSeconds(20), () -> uses(made) >= 11);
        assertThat(uses(made)).isBetween(11L, 12L);
    }

    private static long uses(JsonNode made) {
        long sum = 0;
        for (JsonNode day : desk.single(jane, made.path("id").asText()).path("uses")) {
            sum += day.path("count").asLong();
        }
        return sum;
    }
}
