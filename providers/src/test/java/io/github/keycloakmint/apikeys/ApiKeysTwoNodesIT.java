package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A key at every door of two nodes, and what ends it on one of them. */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiKeysTwoNodesIT {

    /** Within which every node refuses (contract section 9). */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static Cluster cluster;
    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors first;
    private static KeyDoors second;
    private static String group;

    @BeforeAll
    static void start() {
        cluster = Cluster.start();
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> settings.put("sslRequired", "none"));
        desk = new KeyDesk(realm);
        first = KeyDoors.open(realm);
        second = first.at(cluster.node(1));
        group = group("member");
        // both nodes have loaded everything once
        Made warm = member("campaigns:read");
        assertThat(open(first, warm).values()).containsOnly(true);
        assertThat(open(second, warm).values()).containsOnly(true);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private record Made(String userId, String session, String id, String key, String token) {}

    /** A member of acme of his own with a key for it and a token of that. */
    private static Made member(String... permissions) {
        String email = "k" + Random.name() + "@example.com";
        String userId = realm.createUser(email, user -> {});
        realm.post("/organizations/" + desk.acme() + "/members", Json.text(userId))
                .expect(201, 204);
        realm.put("/organizations/" + desk.acme() + "/groups/" + group + "/members/" + userId, "")
                .expect(201, 204);
        String session = desk.session(email);
        JsonNode made =
                desk.create(session, desk.inAcme(permissions)).expect(201).json();
        String key = made.path("key").asText();
        return new Made(userId, session, made.path("id").asText(), key, first.issued(key));
    }

    private static String group(String name) {
        for (JsonNode found : realm.get("/organizations/" + desk.acme() + "/groups")
                .expect(200)
                .json()) {
            if (found.path("name").asText().equals(name)) {
                return found.path("id").asText();
            }
        }
        throw new AssertionError("no group " + name);
    }

    /** Which doors take the key, or the token that was made of it. */
    private static Map<String, Boolean> open(KeyDoors node, Made made) {
        Map<String, Boolean> open = new LinkedHashMap<>();
        open.put("gateway", node.verify().header("X-API-KEY", made.key()).send().status() == 200);
        open.put("gateway, token", node.verify().bearer(made.token()).send().status() == 200);
        open.put("token", node.token(made.key()).status() == 200);
        open.put("account", node.accountToken("acme", made.key()).status() == 200);
        open.put(
                "exchange",
                node.exchange(KeyDoors.BACKEND, made.key(), Map.of()).status() == 200);
        open.put("grant", node.grant(KeyDoors.BACKEND, made.key(), Map.of()).status() == 200);
        open.put("introspection", node.active(made.key()));
        open.put("introspection, token", node.active(made.token()));
        return open;
    }

    private enum End {
        REVOKED(made -> desk.call("DELETE", made.session(), made.id(), null).expect(204)),
        REVOKED_BY_AN_ADMIN(made -> realm.delete("/mint/api-keys/" + made.id()).expect(204)),
        DISABLED(made -> desk.call("PATCH", made.session(), made.id(), Json.object("enabled", false))
                .expect(200)),
        OWNER_DISABLED(made -> realm.updateUser(made.userId(), user -> user.put("enabled", false))),
        OWNER_REMOVED(made -> realm.delete("/users/" + made.userId()).expect(204)),
        LEFT_THE_ACCOUNT(made -> realm.delete("/organizations/" + desk.acme() + "/members/" + made.userId())
                .expect(204));

        private final Consumer<Made> change;

        End(Consumer<Made> change) {
            this.change = change;
        }
    }

    @ParameterizedTest
    @EnumSource(End.class)
    @Order(1)
    void refused_at_once_where_it_was_done_and_soon_on_the_other_node(End end) {
        Made made = member("campaigns:read");
        assertThat(open(second, made).values()).as("before").containsOnly(true);
        assertThat(open(first, made).values()).as("before").containsOnly(true);
        end.change.accept(made);
        long done = System.nanoTime();
        assertThat(open(first, made).values()).as("at once").containsOnly(false);
        // each door by itself, since one that has just asked the database tells the others
        Map<String, Long> seen = new TreeMap<>();
        Poll.untilTrue("the other node to refuse", LIMIT, () -> {
            open(second, made).forEach((door, opened) -> {
                if (!opened) {
                    seen.putIfAbsent(door, millis(done));
                }
            });
            return seen.size() == 8;
        });
        long longest = seen.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        System.out.printf("two nodes: %s, refused on the other one after %d ms (%s)%n", end, longest, seen);
        assertThat(longest).isLessThanOrEqualTo(LIMIT.toMillis());
        assertThat(open(second, made).values()).containsOnly(false);
    }

    private static long millis(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toMillis();
    }

    @Test
    @Order(2)
    void a_permission_withdrawn_is_cut_at_once_where_it_was_done_and_soon_on_the_other_node() {
        Made made = member("campaigns:read", "templates:read");
        assertThat(permissions(second, made)).isEqualTo(all("campaigns:read,templates:read"));
        assertThat(permissions(first, made)).isEqualTo(all("campaigns:read,templates:read"));
        realm.assignClientRole(made.userId(), KeyDesk.API, "templates:read");
        realm.delete("/organizations/" + desk.acme() + "/groups/" + group + "/members/" + made.userId())
                .expect(204);
        long done = System.nanoTime();
        assertThat(permissions(first, made)).as("at once").isEqualTo(all("templates:read"));
        Poll.untilTrue(
                "the other node to cut", LIMIT, () -> permissions(second, made).equals(all("templates:read")));
        System.out.printf("two nodes: PERMISSION_WITHDRAWN, cut on the other one after %d ms%n", millis(done));
        assertThat(millis(done)).isLessThanOrEqualTo(LIMIT.toMillis());
    }

    private static Map<String, List<String>> all(String permissions) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String door : List.of("gateway", "token", "introspection", "introspection, token")) {
            all.put(door, List.of(permissions.split(",")));
        }
        return all;
    }

    private static Map<String, List<String>> permissions(KeyDoors node, Made made) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        String header = node.verify()
                .header("X-API-KEY", made.key())
                .send()
                .header("x-auth-permissions")
                .orElse("");
        found.put("gateway", List.of(header.split("[, ]+")));
        found.put(
                "token",
                KeyDoors.texts(node.token(made.key()).expect(200).json().path("permissions")));
        found.put("introspection", KeyDoors.texts(node.introspect(made.key()).path("permissions")));
        found.put(
                "introspection, token",
                KeyDoors.texts(node.introspect(made.token()).path("permissions")));
        return found;
    }

    @Test
    @Order(3)
    void uses_on_both_nodes_are_in_one_count() throws Exception {
        Made made = member("campaigns:read");
        long before = settled(made);
        ExecutorService crowd = Executors.newFixedThreadPool(20);
        List<Future<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            KeyDoors node = i % 2 == 0 ? first : second;
            calls.add(crowd.submit(
                    () -> node.verify().header("X-API-KEY", made.key()).send().status()));
        }
        for (Future<Integer> call : calls) {
            assertThat(call.get()).isEqualTo(200);
        }
        crowd.shutdown();
        Poll.untilTrue("both counts", Duration.ofSeconds(20), () -> uses(made) == before + 100);
    }

    /** A node that is killed has written all its uses but those of the last interval, and nothing else is lost. */
    @Test
    @Order(4)
    void a_node_that_is_killed_loses_no_more_than_the_last_uses() {
        Made made = member("campaigns:read");
        long before = settled(made);
        for (int i = 0; i < 10; i++) {
            assertThat(second.verify().header("X-API-KEY", made.key()).send().status())
                    .isEqualTo(200);
        }
        Poll.untilTrue("the uses to be written", Duration.ofSeconds(20), () -> uses(made) == before + 10);
        for (int i = 0; i < 7; i++) {
            second.verify().header("X-API-KEY", made.key()).send();
        }
        cluster.kill(1);
        long after = uses(made);
        System.out.printf(
                "two nodes: killed with %d uses written and 7 on the way, %d are there%n", before + 10, after);
        assertThat(after).isBetween(before + 10, before + 17);
        assertThat(first.verify().header("X-API-KEY", made.key()).send().status())
                .isEqualTo(200);
        Poll.untilTrue("the other node's use", Duration.ofSeconds(20), () -> uses(made) == after + 1);
    }

    /** The making of {@code made} was one use, counted once it is written. */
    private static long settled(Made made) {
        Poll.untilTrue("the first use", Duration.ofSeconds(20), () -> uses(made) == 1);
        return 1;
    }

    private static long uses(Made made) {
        long uses = 0;
        for (JsonNode day : desk.call("GET", made.session(), made.id(), null)
                .expect(200)
                .json()
                .path("uses")) {
            uses += day.path("count").asLong();
        }
        return uses;
    }
}
