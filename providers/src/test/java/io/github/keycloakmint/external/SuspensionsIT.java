package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Suspensions as admins set them and apps see them. */
@Tag("once")
class SuspensionsIT {

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
        for (String role : List.of("view-users", "manage-users", "view-events", "query-users")) {
            realm.assignClientRole(realm.createUser(role + "@example.com", user -> {}), "realm-management", role);
        }
        realm.createUser("nobody@example.com", user -> {});
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String path(String userId) {
        return "/mint/users/" + userId + "/suspensions";
    }

    private static String signedInUser(String foreignId) {
        return signIn(foreignId).path("user").path("id").asText();
    }

    private static JsonNode signIn(String foreignId) {
        return external.signedIn(External.sign(External.claims(foreignId)));
    }

    private static JsonNode add(String userId, Object body) {
        return realm.post(path(userId), body).expect(201).json();
    }

    private static String at(long secondsFromNow) {
        return Moments.text(Instant.now().plusSeconds(secondsFromNow));
    }

    private static JsonNode list(String userId) {
        return realm.get(path(userId)).expect(200).json().path("suspensions");
    }

    @Test
    void only_active_ones_are_in_the_answer_and_in_the_tokens_claim() {
        String id = External.freshId();
        String userId = signedInUser(id);
        add(userId, Json.object("reason", "over", "startDate", at(-7_200), "endDate", at(-3_600)));
        add(userId, Json.object("reason", "to come", "startDate", at(3_600)));
        JsonNode open = add(userId, Json.object("reason", "spam"));
        JsonNode ending = add(userId, Json.object("reason", "rude", "startDate", at(-60), "endDate", at(3_600)));
        assertThat(open.fieldNames()).toIterable().contains("id", "reason", "startDate");
        assertThat(list(userId)).hasSize(4);

        JsonNode in = signIn(id);
        JsonNode shown = in.path("user").path("suspensions");
        assertThat(shown.findValuesAsText("reason")).containsExactlyInAnyOrder("spam", "rude");
        for (JsonNode suspension : shown) {
            assertThat(suspension.fieldNames()).toIterable().containsExactly("reason", "startDate", "endDate");
            assertThat(suspension.path("startDate").asText())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        }
        assertThat(Jwt.payload(in.path("accessToken").asText())
                        .path("suspensions")
                        .findValuesAsText("reason"))
                .containsExactlyInAnyOrder("spam", "rude");
        JsonNode refreshed =
                external.refresh(in.path("refreshToken").asText()).expect(200).json();
        assertThat(refreshed.path("user").path("suspensions")).isEqualTo(shown);

        realm.delete(path(userId) + "/" + open.path("id").asText()).expect(204);
        realm.delete(path(userId) + "/" + ending.path("id").asText()).expect(204);
        JsonNode free = signIn(id);
        assertThat(free.path("user").path("suspensions")).isEmpty();
        assertThat(Jwt.payload(free.path("accessToken").asText()).path("suspensions"))
                .isEmpty();
        assertThat(list(userId)).hasSize(2);
    }

    @Test
    void each_door_needs_its_role() {
        String userId = signedInUser(External.freshId());
        String suspension = add(userId, Json.object("reason", "x")).path("id").asText();
        assertThat(as("view-users", "GET", path(userId))).isEqualTo(200);
        assertThat(as("view-users", "POST", path(userId))).isEqualTo(403);
        assertThat(as("view-users", "DELETE", path(userId) + "/" + suspension)).isEqualTo(403);
        for (String other : List.of("view-events", "query-users", "nobody")) {
            assertThat(as(other, "GET", path(userId))).as(other).isEqualTo(403);
            assertThat(as(other, "POST", path(userId))).as(other).isEqualTo(403);
            assertThat(as(other, "DELETE", path(userId) + "/" + suspension))
                    .as(other)
                    .isEqualTo(403);
            // whether there is such a user is not theirs to learn
            assertThat(as(other, "GET", path(UUID.randomUUID().toString())))
                    .as(other)
                    .isEqualTo(403);
        }
        assertThat(list(userId)).hasSize(1);
        assertThat(as("manage-users", "POST", path(userId))).isEqualTo(201);
        assertThat(as("manage-users", "DELETE", path(userId) + "/" + suspension))
                .isEqualTo(204);
        assertThat(list(userId)).hasSize(1);
        for (String method : List.of("GET", "POST")) {
            assertThat(Http.request(method, realm.adminUrl(path(userId)))
                            .json(Json.object("reason", "x"))
                            .send()
                            .status())
                    .isEqualTo(401);
        }
        assertThat(Http.get(realm.adminUrl(path(userId)))
                        .bearer(signIn(External.freshId()).path("accessToken").asText())
                        .send()
                        .status())
                .isIn(401, 403);
    }

    private static int as(String role, String method, String path) {
        return Http.request(method, realm.adminUrl(path))
                .bearer(realm.passwordToken("admin-cli", role + "@example.com", TestRealm.PASSWORD))
                .json(Json.object("reason", "by " + role))
                .send()
                .status();
    }

    @Test
    void each_change_leaves_an_admin_event_and_a_refused_one_none() {
        String userId = signedInUser(External.freshId());
        int before = events(userId).size();
        String id = add(userId, Json.object("reason", "noted")).path("id").asText();
        Refused.plainly(realm.post(path(userId), Json.object("reason", "")), 400, "bad_request");
        realm.delete(path(userId) + "/" + id).expect(204);
        Refused.plainly(realm.delete(path(userId) + "/" + id), 404, "not_found");
        List<JsonNode> events = events(userId).subList(0, events(userId).size() - before);
        assertThat(events.stream().map(event -> event.path("operationType").asText()))
                .containsExactlyInAnyOrder("CREATE", "DELETE");
    }

    private static List<JsonNode> events(String userId) {
        return realm.adminEvents().stream()
                .filter(event -> event.path("resourcePath").asText().contains("/suspensions"))
                .filter(event -> event.path("resourcePath").asText().contains(userId))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"reason\":\"\"}",
                "{\"reason\":\" \"}",
                "{\"reason\":null}",
                "{\"reason\":1}",
                "{\"reason\":\"a\\nb\"}",
                "{\"reason\":\"a\\u0000b\"}",
                "{\"reason\":\"a\\ud800b\"}",
                "{\"reason\":\"x\",\"startDate\":\"yesterday\"}",
                "{\"reason\":\"x\",\"startDate\":1}",
                "{\"reason\":\"x\",\"startDate\":\"2026-02-30\"}",
                "{\"reason\":\"x\",\"startDate\":\"+12026-01-01\"}",
                "{\"reason\":\"x\",\"endDate\":\"2020-01-01\"}",
                "{\"reason\":\"x\",\"startDate\":\"2099-01-02\",\"endDate\":\"2099-01-01\"}",
                "{\"reason\":\"x\",\"startDate\":\"2099-01-01\",\"endDate\":\"2099-01-01\"}",
                "{\"reason\":\"x\",\"reason\":\"y\"}",
                "[]",
                ""
            })
    void a_bad_suspension_is_400_and_none(String body) {
        String userId = realm.userId("john@example.com");
        int before = list(userId).size();
        Refused.plainly(realm.post(path(userId), body), 400, "bad_request");
        assertThat(list(userId)).hasSize(before);
    }

    @Test
    void a_reason_that_is_too_long_is_400() {
        String userId = realm.userId("john@example.com");
        Refused.plainly(realm.post(path(userId), Json.object("reason", "x".repeat(501))), 400, "bad_request");
    }

    @Test
    void an_unknown_user_or_suspension_is_404() {
        String userId = signedInUser(External.freshId());
        String other = signedInUser(External.freshId());
        String suspension = add(other, Json.object("reason", "x")).path("id").asText();
        for (String unknown : List.of(UUID.randomUUID().toString(), "x", "%00", "a".repeat(300), "..%2F")) {
            Answer answer = realm.get(path(unknown));
            assertThat(answer.status()).as(unknown + answer.body()).isIn(400, 404);
            assertThat(realm.post(path(unknown), Json.object("reason", "x")).status())
                    .as(unknown)
                    .isIn(400, 404);
        }
        Refused.plainly(realm.delete(path(userId) + "/" + suspension), 404, "not_found");
        Refused.plainly(realm.delete(path(userId) + "/nope"), 404, "not_found");
        assertThat(list(other)).hasSize(1);
    }

    @Test
    void another_realms_user_is_unknown() {
        try (TestRealm other = TestRealm.create()) {
            Refused.plainly(other.get(path(signedInUser(External.freshId()))), 404, "not_found");
        }
    }

    @Test
    void admins_at_once_lose_nothing_and_there_is_an_end() throws Exception {
        String userId = signedInUser(External.freshId());
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 110; i++) {
            ObjectNode body = Json.object("reason", "r" + i);
            calls.add(() -> realm.post(path(userId), body));
        }
        ExecutorService threads = Executors.newFixedThreadPool(12);
        int added = 0;
        try {
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                assertThat(answer.get().status()).as(answer.get().body()).isIn(201, 409);
                added += answer.get().status() == 201 ? 1 : 0;
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(added).isEqualTo(100);
        assertThat(list(userId)).hasSize(100);
    }

    /** Whoever was suspended must not be free by an admin's typing error. */
    @Test
    void an_attribute_that_was_broken_by_hand_suspends() {
        String id = External.freshId();
        String userId = external.signedIn(
                        External.sign(External.claims(id, claims -> claims.put("email", id + "@external.example"))))
                .path("user")
                .path("id")
                .asText();
        realm.updateUser(
                userId,
                user -> user.withObject("/attributes").putArray("suspensions").add("[{\"reason\":"));
        assertThat(signIn(id).path("user").path("suspensions")).hasSize(1);
        Refused.plainly(realm.post(path(userId), Json.object("reason", "x")), 409, "conflict");
    }
}
