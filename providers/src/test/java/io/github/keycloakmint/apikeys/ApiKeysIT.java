package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys from their making to their end, as the gateway sees them. */
class ApiKeysIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static String jane;
    private static String john;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        jane = desk.session(KeyDesk.JANE);
        john = desk.session(KeyDesk.JOHN);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    private static JsonNode made(Object body) {
        return desk.create(jane, body).expect(201).json();
    }

    private static String key(JsonNode made) {
        return made.path("key").asText();
    }

    private static String id(JsonNode made) {
        return made.path("id").asText();
    }

    @Test
    void a_key_is_shown_once_and_listed_without_it() {
        JsonNode made = made(desk.direct());
        String id = id(made);
        assertThat(key(made)).matches("km_live_" + id + "_[0-9A-Za-z]{49}");
        assertThat(made.path("name").asText()).isEqualTo("A key");
        assertThat(made.path("owner").asText()).isEqualTo("user");
        assertThat(made.path("account_id").isNull()).isTrue();
        assertThat(made.path("permissions")).isEmpty();
        assertThat(made.path("enabled").asBoolean()).isTrue();
        assertThat(made.path("expires_at").isNull()).isTrue();
        JsonNode listed = desk.list(jane, "").expect(200).json();
        assertThat(listed.path("first").asInt()).isZero();
        assertThat(listed.path("max").asInt()).isEqualTo(100);
        assertThat(listed.toString()).contains(id).doesNotContain(key(made)).doesNotContain("\"key\"");
        assertThat(desk.single(jane, id).path("key").isMissingNode()).isTrue();
        // good, and allowed nothing
        assertThat(desk.permissions(key(made))).isEmpty();
    }

    @Test
    void a_key_for_an_account_has_what_its_owner_has_there_now() {
        JsonNode made = made(desk.inAcme("campaigns:write", "campaigns:read", "campaigns:read"));
        assertThat(made.path("account_id").asText()).isEqualTo(desk.acme());
        assertThat(made.path("permissions").toString()).isEqualTo("[\"campaigns:read\",\"campaigns:write\"]");
        assertThat(desk.permissions(key(made))).isEqualTo("campaigns:read,campaigns:write");
    }

    @Test
    void without_an_account_a_key_has_what_is_mapped_to_its_owner_himself() {
        String max = realm.userId(KeyDesk.MAX);
        realm.assignClientRole(max, KeyDesk.API, "templates:read");
        JsonNode made = desk.created(KeyDesk.MAX, desk.direct("templates:read"));
        assertThat(desk.permissions(key(made))).isEqualTo("templates:read");
        realm.removeClientRole(max, KeyDesk.API, "templates:read");
        assertThat(desk.permissions(key(made))).isEmpty();
    }

    @Test
    void an_account_owns_a_key_that_those_who_run_it_look_after() {
        JsonNode made = made(desk.ofAcme("campaigns:read"));
        assertThat(made.path("owner").asText()).isEqualTo("account");
        assertThat(desk.permissions(key(made))).isEqualTo("campaigns:read");
        assertThat(desk.list(jane, "?account_id=acme").expect(200).body()).contains(id(made));
        assertThat(desk.list(jane, "").expect(200).body()).doesNotContain(id(made));
        // john is a member, and none of those
        assertThat(desk.list(john, "?account_id=acme").body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.create(john, desk.ofAcme("campaigns:read")).body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.call("GET", john, id(made), null).body()).isEqualTo(KeyDesk.NOT_FOUND);
        // the user who stands for the account is in no list, and goes with its last key
        String subject = desk.verify(key(made)).header("X-Auth-User-Id").orElseThrow();
        assertThat(realm.get("/users?max=1000").body()).doesNotContain(subject);
        assertThat(realm.get("/organizations/" + desk.acme() + "/members").body())
                .doesNotContain(subject);
        assertThat(realm.get("/users/" + subject).status()).isEqualTo(200);
        desk.list(jane, "?account_id=acme").json().path("keys").forEach(each -> desk.call(
                        "DELETE", jane, id(each), null)
                .expect(204));
        assertThat(realm.get("/users/" + subject).status()).isEqualTo(404);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
    }

    @Test
    void a_key_is_edited_disabled_and_ended_at_once() {
        JsonNode made = made(desk.inAcme("campaigns:read", "campaigns:write"));
        String id = id(made);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        JsonNode edited = desk.call(
                        "PATCH", jane, id, Json.object("name", "Other", "permissions", List.of("campaigns:read")))
                .expect(200)
                .json();
        assertThat(edited.path("name").asText()).isEqualTo("Other");
        assertThat(desk.permissions(key(made))).isEqualTo("campaigns:read");
        desk.call("PATCH", jane, id, Json.object("enabled", false)).expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        desk.call("PATCH", jane, id, Json.object("enabled", true)).expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        desk.call("PATCH", jane, id, Json.object("allowed_ips", List.of("203.0.113.0/24")))
                .expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        desk.call("PATCH", jane, id, Json.parse("{\"allowed_ips\":null}")).expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        desk.call("DELETE", jane, id, null).expect(204);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        assertThat(desk.call("GET", jane, id, null).body()).isEqualTo(KeyDesk.NOT_FOUND);
        assertThat(desk.call("DELETE", jane, id, null).body()).isEqualTo(KeyDesk.NOT_FOUND);
    }

    @Test
    void a_rotated_secret_is_good_for_its_grace_and_a_second_rotation_ends_it() {
        JsonNode first = made(desk.direct());
        String id = id(first);
        String second = desk.call("POST", jane, id + "/rotate", Json.object("grace_seconds", 600))
                .expect(200)
                .json()
                .path("key")
                .asText();
        assertThat(desk.verify(key(first)).status()).isEqualTo(200);
        assertThat(desk.verify(second).status()).isEqualTo(200);
        String third = desk.call("POST", jane, id + "/rotate", Json.object("grace_seconds", 600))
                .expect(200)
                .json()
                .path("key")
                .asText();
        assertThat(desk.verify(key(first)).status()).isEqualTo(401);
        assertThat(desk.verify(second).status()).isEqualTo(200);
        String fourth = desk.call("POST", jane, id + "/rotate", Json.object())
                .expect(200)
                .json()
                .path("key")
                .asText();
        assertThat(desk.verify(third).status()).isEqualTo(401);
        assertThat(desk.verify(fourth).status()).isEqualTo(200);
    }

    @Test
    void who_rotates_a_key_is_told_when_it_was_last_used() {
        JsonNode made = made(desk.direct());
        desk.verify(key(made)).expect(200);
        Poll.untilTrue(
                "the use to be written",
                Duration.ofSeconds(30),
                () -> desk.single(jane, id(made)).path("last_used_at").asLong() > 0);
        JsonNode rotated = desk.call("POST", jane, id(made) + "/rotate", Json.object())
                .expect(200)
                .json();
        assertThat(rotated.path("last_used_at").asLong()).isPositive();
    }

    @Test
    void a_key_ends_when_it_was_to_end() {
        JsonNode made = made(desk.direct().put("expires_at", now() + 3));
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        Poll.untilTrue(
                "the key's end",
                Duration.ofSeconds(10),
                () -> desk.verify(key(made)).status() == 401);
        assertThat(now()).isGreaterThanOrEqualTo(made.path("expires_at").asLong());
    }

    @Test
    void a_key_over_its_own_limit_waits() {
        JsonNode made = made(desk.direct().set("rate_limit", Json.object("requests", 2, "seconds", 3_600)));
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        var limited = desk.verify(key(made));
        assertThat(limited.status()).isEqualTo(403);
        assertThat(limited.header("Retry-After")).isPresent();
    }

    @Test
    void a_key_has_a_limit_at_an_endpoint_where_its_realm_sets_one() {
        String first = key(made(desk.direct()));
        String second = key(made(desk.direct()));
        realm.realmAttribute("mint.limit.verify.key", "2/3600");
        for (String key : List.of(first, second)) {
            assertThat(desk.verify(key).status()).isEqualTo(200);
            assertThat(desk.verify(key).status()).isEqualTo(200);
            var limited = desk.verify(key);
            assertThat(limited.status()).isEqualTo(403);
            assertThat(limited.header("RateLimit-Policy")).contains("\"key\";q=2;w=3600");
        }
        realm.realmAttribute("mint.limit.verify.key", null);
    }

    @Test
    void an_admin_lists_disables_and_ends_keys_and_the_owner_does_not_enable_what_an_admin_disabled() {
        JsonNode made = made(desk.inAcme("campaigns:read"));
        String id = id(made);
        String userId = realm.userId(KeyDesk.JANE);
        assertThat(realm.get("/mint/api-keys?user=" + userId).expect(200).body())
                .contains(id)
                .doesNotContain(key(made));
        assertThat(realm.get("/mint/api-keys?user=" + realm.userId(KeyDesk.JOHN))
                        .body())
                .doesNotContain(id);
        assertThat(realm.get("/mint/api-keys?account=" + desk.acme()).body()).contains(id);
        assertThat(realm.get("/mint/api-keys/" + id)
                        .expect(200)
                        .json()
                        .path("user_id")
                        .asText())
                .isEqualTo(userId);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        patch(id, Map.of("enabled", false));
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        assertThat(desk.call("PATCH", jane, id, Json.object("enabled", true)).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        patch(id, Map.of("enabled", true));
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        realm.delete("/mint/api-keys/" + id).expect(204);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        assertThat(realm.delete("/mint/api-keys/" + id).status()).isEqualTo(404);
        assertThat(realm.adminEvents())
                .anyMatch(event -> event.path("operationType").asText().equals("DELETE")
                        && event.path("representation").asText().contains(id));
    }

    private static void patch(String id, Object body) {
        Http.request("PATCH", realm.adminUrl("/mint/api-keys/" + id))
                .bearer(Admin.of(realm.server()).token())
                .json(body)
                .send()
                .expect(200);
    }

    @Test
    void those_who_run_an_account_disable_and_end_a_members_key_and_do_nothing_else_with_it() {
        JsonNode made =
                desk.create(john, desk.inAcme("campaigns:read")).expect(201).json();
        String id = id(made);
        assertThat(desk.list(jane, "?account_id=acme").body()).contains(id);
        assertThat(desk.call("POST", jane, id + "/rotate", Json.object()).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.call("PATCH", jane, id, Json.object("name", "Mine")).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        desk.call("PATCH", jane, id, Json.object("enabled", false)).expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        assertThat(desk.call("PATCH", john, id, Json.object("enabled", true)).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        desk.call("PATCH", jane, id, Json.object("enabled", true)).expect(200);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        // what its owner switched off he alone switches on again, whatever others have said since
        desk.call("PATCH", john, id, Json.object("enabled", false)).expect(200);
        assertThat(desk.call("PATCH", jane, id, Json.object("enabled", true)).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        desk.call("PATCH", jane, id, Json.object("enabled", false)).expect(200);
        patch(id, Map.of("enabled", false));
        assertThat(desk.single(john, id).path("disabled_by").toString()).isEqualTo("[\"owner\",\"account\",\"admin\"]");
        desk.call("PATCH", jane, id, Json.object("enabled", true)).expect(200);
        patch(id, Map.of("enabled", true));
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
        assertThat(desk.call("PATCH", john, id, Json.object("enabled", true))
                        .expect(200)
                        .json()
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        desk.call("DELETE", jane, id, null).expect(204);
        assertThat(desk.verify(key(made)).status()).isEqualTo(401);
    }

    @Test
    void a_realms_maximum_ends_keys_that_were_made_before_it() {
        JsonNode made = made(desk.direct());
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        long created = made.path("created_at").asLong();
        realm.realmAttribute("mint.api-keys.max-life", "1");
        try {
            Poll.untilTrue(
                    "the maximum to be over",
                    Duration.ofSeconds(10),
                    () -> desk.verify(key(made)).status() == 401);
            assertThat(desk.single(jane, id(made)).path("expires_at").asLong()).isEqualTo(created + 1);
        } finally {
            realm.realmAttribute("mint.api-keys.max-life", null);
        }
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
    }

    @Test
    void a_maximum_that_can_not_be_read_lets_no_key_in_and_changes_none() {
        JsonNode made = made(desk.direct());
        JsonNode other = made(desk.direct());
        realm.realmAttribute("mint.api-keys.max-life", "soon");
        try {
            assertThat(desk.verify(key(made)).status()).isEqualTo(401);
            desk.call("POST", jane, id(made) + "/rotate", Json.object("grace_seconds", 0))
                    .expect(500);
            desk.call("PATCH", jane, id(made), Json.object("enabled", false)).expect(500);
            desk.call("DELETE", jane, id(other), null).expect(204);
        } finally {
            realm.realmAttribute("mint.api-keys.max-life", null);
        }
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
        assertThat(desk.verify(key(other)).status()).isEqualTo(401);
    }

    @Test
    void a_realm_says_how_long_keys_live() {
        realm.realmAttribute("mint.api-keys.max-life", "3600");
        try {
            JsonNode made = made(desk.direct());
            assertThat(made.path("expires_at").asLong())
                    .isEqualTo(made.path("created_at").asLong() + 3_600);
            assertThat(desk.create(jane, desk.direct().put("expires_at", now() + 7_200))
                            .status())
                    .isEqualTo(400);
            assertThat(desk.call("PATCH", jane, id(made), Json.object("expires_at", now() + 7_200))
                            .status())
                    .isEqualTo(400);
        } finally {
            realm.realmAttribute("mint.api-keys.max-life", null);
        }
    }

    @Test
    void uses_are_counted_by_day() {
        JsonNode made = made(desk.direct());
        for (int i = 0; i < 3; i++) {
            desk.verify(key(made)).expect(200);
        }
        Poll.untilTrue(
                "the uses to be written",
                Duration.ofSeconds(10),
                () -> desk.single(jane, id(made))
                                .path("uses")
                                .path(0)
                                .path("count")
                                .asLong()
                        == 3);
        JsonNode shown = desk.single(jane, id(made));
        assertThat(shown.path("last_used_at").asLong()).isBetween(now() - 30, now());
        assertThat(shown.path("uses").path(0).path("day").asText()).matches("\\d{4}-\\d{2}-\\d{2}");
        assertThat(desk.list(jane, "").body())
                .contains("\"last_used_at\":" + shown.path("last_used_at").asLong());
    }

    @Test
    void a_password_change_leaves_keys_alone() {
        realm.createUser("keeper@example.com", user -> {});
        String keeper = desk.session("keeper@example.com");
        JsonNode made = desk.create(keeper, desk.direct()).expect(201).json();
        realm.put(
                        "/users/" + realm.userId("keeper@example.com") + "/reset-password",
                        Json.object("type", "password", "value", "another-horse-2", "temporary", false))
                .expect(204);
        assertThat(desk.verify(key(made)).status()).isEqualTo(200);
    }
}
