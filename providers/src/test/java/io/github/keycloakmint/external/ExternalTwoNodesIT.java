package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Cluster;
import io.github.keycloakmint.testbed.DemoKeys;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** External users on two nodes at once: what an admin says counts on both, and no race makes two of one. */
@Tag("full")
class ExternalTwoNodesIT {

    private static final String PROVIDER = "/identity-provider/instances/external-project";
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static Cluster cluster;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        cluster = Cluster.shared();
        realm = TestRealm.create(cluster.node(0), "demo-realm.json", settings -> settings.put("sslRequired", "none"));
        // both nodes have loaded everything once: what is measured below is not a cold start
        for (int node = 0; node < 2; node++) {
            verifyAt(node, External.sign(External.claims(External.freshId()))).expect(200);
        }
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static Answer verifyAt(int node, String userJwt) {
        KeycloakServer server = cluster.node(node);
        return Http.post(server.url("/realms/" + realm.name() + "/auth/verify-external-user"))
                .json(Json.object("userJwt", userJwt))
                .send();
    }

    private static String code(Answer answer) {
        return answer.json().path("code").asText();
    }

    private static int users() {
        return Integer.parseInt(realm.get("/users/count").expect(200).body());
    }

    /** All at once, each on a thread of its own, every other one on the other node. */
    private static List<Answer> inParallel(int count, IntFunction<Supplier<String>> userJwt) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int node = i % 2;
                String token = userJwt.apply(i).get();
                answers.add(pool.submit(() -> {
                    go.await();
                    return verifyAt(node, token);
                }));
            }
            go.countDown();
            List<Answer> all = new ArrayList<>();
            for (Future<Answer> answer : answers) {
                all.add(answer.get());
            }
            return all;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void keys(KeyPair current, KeyPair previous) {
        ObjectNode provider = (ObjectNode) realm.get(PROVIDER).expect(200).json();
        provider.withObject("/config").put("currentKey", text(current)).put("previousKey", text(previous));
        realm.put(PROVIDER, provider).expect(204);
    }

    private static String text(KeyPair pair) {
        return pair == null
                ? ""
                : Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    private static int statusAt(int node, KeyPair key) {
        return verifyAt(node, External.sign(External.claims("user_of_rotation"), key, header -> {}))
                .status();
    }

    /** Returns how long after now both hold on the other node. */
    private static Duration untilTheOtherNode(KeyPair refused, KeyPair accepted) {
        long since = System.nanoTime();
        Poll.untilTrue(
                "node 2 takes the new key and refuses the old one",
                Duration.ofSeconds(10),
                () -> statusAt(1, refused) == 403 && statusAt(1, accepted) == 200);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Test
    void an_admins_key_rotation_on_one_node_counts_on_the_other_at_once() {
        KeyPair shipped = DemoKeys.pair("EXTERNAL");
        KeyPair shippedPrevious = DemoKeys.pair("EXTERNAL_PREVIOUS");
        List<Duration> taken = new ArrayList<>();
        try {
            KeyPair old = shipped;
            for (int i = 0; i < 4; i++) {
                KeyPair fresh = DemoKeys.pair("ROTATION_" + i);
                assertThat(statusAt(1, old)).isEqualTo(200);
                assertThat(statusAt(1, fresh)).isEqualTo(403);
                keys(fresh, null);
                taken.add(untilTheOtherNode(old, fresh));
                assertThat(statusAt(0, old)).isEqualTo(403);
                assertThat(statusAt(0, fresh)).isEqualTo(200);
                old = fresh;
            }
            // the orderly way: the old key stays as the previous one, until it is taken away
            KeyPair last = DemoKeys.pair("ROTATION_LAST");
            keys(last, old);
            long since = System.nanoTime();
            Poll.untilTrue("node 2 takes the new key", Duration.ofSeconds(10), () -> statusAt(1, last) == 200);
            taken.add(Duration.ofNanos(System.nanoTime() - since));
            assertThat(statusAt(1, old)).isEqualTo(200);
            keys(last, null);
            taken.add(untilTheOtherNode(old, last));
        } finally {
            keys(shipped, shippedPrevious);
        }
        assertThat(taken).allMatch(time -> time.compareTo(AT_ONCE) < 0);
    }

    @Test
    void a_provider_that_is_switched_off_on_one_node_lets_nobody_in_on_the_other() {
        KeyPair key = DemoKeys.pair("EXTERNAL");
        ObjectNode provider = (ObjectNode) realm.get(PROVIDER).expect(200).json();
        assertThat(statusAt(1, key)).isEqualTo(200);
        realm.put(PROVIDER, provider.put("enabled", false)).expect(204);
        try {
            long since = System.nanoTime();
            Poll.untilTrue("refused by node 2", Duration.ofSeconds(10), () -> statusAt(1, key) == 403);
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(AT_ONCE);
        } finally {
            realm.put(PROVIDER, provider.put("enabled", true)).expect(204);
        }
        Poll.untilTrue("let in by node 2 again", AT_ONCE, () -> statusAt(1, key) == 200);
    }

    @Test
    void two_hundred_first_calls_at_once_make_one_user_whom_all_get() throws Exception {
        for (int round = 0; round < 3; round++) {
            assertOneUser(External.freshId());
        }
    }

    /** Each request then asks the database before it comes to the user, and must not wait for a second connection. */
    @Test
    void so_they_do_when_no_node_has_anything_cached() throws Exception {
        for (String cache : List.of("realm", "user", "keys")) {
            realm.post("/clear-" + cache + "-cache", Json.object()).expect(204);
        }
        assertOneUser(External.freshId());
    }

    private static void assertOneUser(String id) throws Exception {
        int before = users();
        List<Answer> answers = inParallel(
                200,
                i -> () -> External.sign(External.claims(id, claims -> claims.putObject("userData")
                        .put("email", id + "@external.example")
                        .put("username", "one_" + id)
                        .put("name", "Jane Doe"))));
        assertThat(answers.stream().filter(answer -> answer.status() != 200).map(Answer::body))
                .isEmpty();
        assertThat(answers.stream()
                        .map(answer -> answer.json().path("user").path("id").asText())
                        .distinct())
                .hasSize(1);
        assertThat(users()).isEqualTo(before + 1);
        JsonNode linked = realm.get("/users?idpAlias=external-project&idpUserId=" + id)
                .expect(200)
                .json();
        assertThat(linked).hasSize(1);
        // and he is well afterwards, on both nodes
        for (int node = 0; node < 2; node++) {
            assertThat(verifyAt(node, External.sign(External.claims(id)))
                            .expect(200)
                            .json()
                            .path("user")
                            .path("id"))
                    .isEqualTo(linked.path(0).path("id"));
        }
    }

    @Test
    void fifty_foreign_ids_with_one_email_make_one_user_and_else_conflicts() throws Exception {
        String email = "shared-" + Random.name() + "@external.example";
        int before = users();
        List<Answer> answers = inParallel(50, i -> () -> withEmail(email, false));
        assertOneUserElseConflicts(answers, email, before);
    }

    /** Policy link-verified, and both sides are verified: one of them is linked, and a user has one link per provider. */
    @Test
    void fifty_foreign_ids_with_the_verified_email_of_a_user_link_once_and_else_conflict() throws Exception {
        String email = "shared-" + Random.name() + "@external.example";
        int before = users();
        String userId = realm.createUser(email, user -> {});
        List<Answer> answers = inParallel(50, i -> () -> withEmail(email, true));
        Answer in = assertOneUserElseConflicts(answers, email, before);
        assertThat(in.json().path("user").path("id").asText()).isEqualTo(userId);
        assertThat(realm.get("/users/" + userId + "/federated-identity")
                        .expect(200)
                        .json())
                .hasSize(1);
    }

    private static String withEmail(String email, boolean verified) {
        return External.sign(External.claims(External.freshId(), claims -> {
            claims.put("email", email).put("email_verified", verified);
            claims.putObject("userData").put("email", email);
        }));
    }

    private static Answer assertOneUserElseConflicts(List<Answer> answers, String email, int before) {
        List<Answer> in =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(in).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.status() != 200).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(code(answer)).isEqualTo("auth/email-conflict");
        });
        assertThat(users()).isEqualTo(before + 1);
        assertThat(realm.get("/users?exact=true&email=" + email).expect(200).json())
                .hasSize(1);
        return in.get(0);
    }

    @Test
    void a_jti_that_one_node_has_seen_is_refused_by_the_other() {
        for (int first = 0; first < 2; first++) {
            String token = withJti();
            verifyAt(first, token).expect(200);
            Answer again = verifyAt(1 - first, token);
            assertThat(again.status()).isEqualTo(403);
            assertThat(code(again)).isEqualTo("auth/invalid-token");
            assertThat(verifyAt(first, token).status()).isEqualTo(403);
        }
    }

    @Test
    void of_parallel_replays_over_both_nodes_exactly_one_gets_in() throws Exception {
        for (int round = 0; round < 5; round++) {
            String token = withJti();
            List<Answer> answers = inParallel(20, i -> () -> token);
            assertThat(answers.stream().map(Answer::status))
                    .containsOnly(200, 403)
                    .containsOnlyOnce(200);
        }
    }

    private static String withJti() {
        return External.sign(External.claims(External.freshId(), claims -> claims.put("jti", "jti-" + Random.name())));
    }
}
