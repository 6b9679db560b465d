package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens made from keys at the bundle's own two doors. */
class KeyTokenIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static JsonNode key(Object body) {
        return desk.created(KeyDesk.JANE, body);
    }

    private static String text(JsonNode key) {
        return key.path("key").asText();
    }

    @Test
    void a_key_for_an_account_becomes_a_token_for_it() {
        JsonNode key = key(desk.inAcme("campaigns:read", "campaigns:write"));
        Answer answer = doors.token(text(key));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("cache-control")).contains("no-store");
        JsonNode body = answer.json();
        assertThat(body.path("token_type").asText()).isEqualTo("Bearer");
        assertThat(body.path("account_id").asText()).isEqualTo(desk.acme());
        assertThat(KeyDoors.texts(body.path("permissions"))).containsExactly("campaigns:read", "campaigns:write");
        assertThat(body.path("expires_in").asLong()).isBetween(3_500L, 3_600L);
        for (String no : List.of("refresh_token", "id_token", "session_state", "scope")) {
            assertThat(body.has(no)).as(no).isFalse();
        }
        JsonNode claims = Jwt.payload(body.path("access_token").asText());
        assertThat(claims.path("sub").asText()).isEqualTo(realm.userId(KeyDesk.JANE));
        assertThat(claims.path("azp").asText()).isEqualTo(KeyDesk.APP);
        assertThat(claims.path("aud").asText()).isEqualTo(KeyDesk.API);
        assertThat(claims.path("key_id")).isEqualTo(key.path("id"));
        assertThat(claims.path("account_id").asText()).isEqualTo(desk.acme());
        assertThat(claims.path("team_id").asText()).isEqualTo(desk.acme());
        assertThat(claims.path("role").asText()).isEqualTo("owner");
        assertThat(KeyDoors.texts(claims.path("organization"))).containsExactly("acme");
        assertThat(KeyDoors.texts(claims.path("permissions"))).containsExactly("campaigns:read", "campaigns:write");
        assertThat(claims.path("acr").asText()).as("T19").isEqualTo("0");
        for (String no :
                List.of("act", "sid", "preferred_username", "realm_access", "resource_access", "auth_time", "nonce")) {
            assertThat(claims.has(no)).as(no).isFalse();
        }
        assertThat(claims.path("jti").asText().substring(0, 6))
                .as("the grant's shortcut")
                .contains("mk");
        assertThat(claims.path("scope").asText("")).doesNotContain("openid");
    }

    @Test
    void introspection_answers_for_it_and_userinfo_does_not() {
        JsonNode key = key(desk.inAcme("campaigns:read"));
        String token = doors.issued(text(key));
        JsonNode live = doors.introspect(token);
        assertThat(live.path("active").asBoolean()).as(live.toString()).isTrue();
        assertThat(live.path("key_id")).isEqualTo(key.path("id"));
        assertThat(live.path("account_id").asText()).isEqualTo(desk.acme());
        assertThat(live.path("role").asText()).isEqualTo("owner");
        assertThat(KeyDoors.texts(live.path("permissions"))).containsExactly("campaigns:read");
        assertThat(realm.userinfo(token).status()).isEqualTo(403);
    }

    @Test
    void a_key_without_an_account_speaks_of_none() {
        String max = realm.userId(KeyDesk.MAX);
        realm.assignClientRole(realm.userId(KeyDesk.JANE), KeyDesk.API, "templates:read");
        JsonNode key = key(desk.direct("templates:read"));
        JsonNode body = doors.token(text(key)).expect(200).json();
        assertThat(body.get("account_id").isNull()).isTrue();
        assertThat(KeyDoors.texts(body.path("permissions"))).containsExactly("templates:read");
        String token = body.path("access_token").asText();
        JsonNode claims = Jwt.payload(token);
        JsonNode live = doors.introspect(token);
        for (JsonNode each : List.of(claims, live)) {
            // jane's sessions are about acme, and mappers of the client say so
            for (String none : List.of("account_id", "team_id", "role")) {
                assertThat(each.get(none).isNull()).as(none + " of " + each).isTrue();
            }
            assertThat(each.has("organization")).isFalse();
            assertThat(KeyDoors.texts(each.path("permissions"))).containsExactly("templates:read");
        }
        assertThat(max).isNotEmpty();
        realm.removeClientRole(realm.userId(KeyDesk.JANE), KeyDesk.API, "templates:read");
        assertThat(doors.introspect(token).path("permissions")).isEmpty();
        assertThat(doors.active(token)).isTrue();
    }

    @Test
    void the_key_of_an_account_acts_for_itself() {
        JsonNode key = key(desk.ofAcme("campaigns:read"));
        String token = doors.issued(text(key));
        JsonNode claims = Jwt.payload(token);
        assertThat(claims.path("sub").asText()).isNotEqualTo(realm.userId(KeyDesk.JANE));
        assertThat(claims.path("act").path("sub")).isEqualTo(key.path("id"));
        assertThat(claims.path("act").path("kind").asText()).isEqualTo("api_key");
        assertThat(claims.get("role").isNull()).isTrue();
        assertThat(claims.path("account_id").asText()).isEqualTo(desk.acme());
        JsonNode live = doors.introspect(token);
        assertThat(live.path("active").asBoolean()).as(live.toString()).isTrue();
        assertThat(live.path("act")).isEqualTo(claims.path("act"));
        assertThat(live.path("sub")).isEqualTo(claims.path("sub"));
    }

    @Test
    void scope_cuts_and_adds_nothing() {
        JsonNode key = key(desk.inAcme("campaigns:read", "templates:read"));
        Answer answer = doors.token(
                text(key),
                Json.object("scope", "campaigns:read campaigns:write openid offline_access", "audience", KeyDesk.API));
        assertThat(KeyDoors.texts(answer.expect(200).json().path("permissions")))
                .containsExactly("campaigns:read");
        for (String no : List.of("refresh_token", "id_token")) {
            assertThat(answer.json().has(no)).isFalse();
        }
        String token = answer.json().path("access_token").asText();
        assertThat(KeyDoors.texts(doors.introspect(token).path("permissions"))).containsExactly("campaigns:read");
        assertThat(Jwt.payload(token).path("scope").asText(""))
                .doesNotContain("offline")
                .doesNotContain("openid");
    }

    @Test
    void it_ends_with_its_key() {
        long end = Instant.now().getEpochSecond() + 60;
        JsonNode key = key(desk.inAcme("campaigns:read").put("expires_at", end));
        JsonNode body = doors.token(text(key)).expect(200).json();
        assertThat(body.path("expires_in").asLong()).isBetween(1L, 60L);
        assertThat(Jwt.payload(body.path("access_token").asText()).path("exp").asLong())
                .isEqualTo(end);
    }

    @Test
    void the_realm_says_how_long_it_lives_at_the_most() {
        String key = text(key(desk.inAcme("campaigns:read")));
        Map<String, Long> lives = Map.of("60", 60L, "86400", 86_400L, "86401", 3_600L, "0", 3_600L, "soon", 3_600L);
        try {
            lives.forEach((attribute, seconds) -> {
                life(attribute);
                assertThat(doors.token(key)
                                .expect(200)
                                .json()
                                .path("expires_in")
                                .asLong())
                        .as(attribute)
                        .isBetween(seconds - 2, seconds);
            });
        } finally {
            life(null);
        }
    }

    private static void life(String seconds) {
        realm.updateRealm(
                representation -> representation.withObject("/attributes").put("mint.api-keys.token-life", seconds));
    }

    /** T5: what is left of a secret ends with it. */
    @Test
    void a_rotation_ends_the_tokens_of_the_secret_before() {
        JsonNode key = key(desk.inAcme("campaigns:read"));
        String jane = desk.session(KeyDesk.JANE);
        String first = doors.issued(text(key));
        String second = rotated(jane, key, 600);
        assertThat(works(first)).as("within the grace").isTrue();
        String old = doors.issued(text(key));
        String young = doors.issued(second);
        assertThat(works(old)).isTrue();
        assertThat(works(young)).isTrue();
        String third = rotated(jane, key, 0);
        for (String ended : List.of(first, old, young)) {
            assertThat(works(ended)).isFalse();
            assertThat(doors.active(ended)).isFalse();
        }
        String last = doors.issued(third);
        rotated(jane, key, 2);
        assertThat(works(last)).isTrue();
        Poll.untilTrue("the grace to end", Duration.ofSeconds(10), () -> !works(last));
        assertThat(doors.active(last)).isFalse();
    }

    private static boolean works(String token) {
        return doors.verify().bearer(token).send().status() == 200;
    }

    private static String rotated(String session, JsonNode key, int grace) {
        return desk.call("POST", session, key.path("id").asText() + "/rotate", Json.object("grace_seconds", grace))
                .expect(200)
                .json()
                .path("key")
                .asText();
    }

    /** T9: the resource server that asks is at an address of its own. */
    @Test
    void a_token_is_good_where_its_key_is() {
        JsonNode key = key(desk.inAcme("campaigns:read"));
        String token = doors.issued(text(key));
        assertThat(works(token)).isTrue();
        desk.call(
                        "PATCH",
                        desk.session(KeyDesk.JANE),
                        key.path("id").asText(),
                        Json.parse("{\"allowed_ips\":[\"203.0.113.7\"]}"))
                .expect(200);
        assertThat(works(token)).isFalse();
        assertThat(Http.get(realm.url("/api/auth/me")).bearer(token).send().status())
                .isEqualTo(401);
        assertThat(doors.active(token)).as("introspection").isTrue();
    }

    @Test
    void the_account_door_takes_a_key_as_it_takes_a_bearer() {
        JsonNode key = key(desk.inAcme("campaigns:read", "templates:read"));
        for (String account : List.of(desk.acme(), "acme")) {
            Answer answer = doors.account(account, text(key))
                    .json(Json.object("audience", KeyDesk.API, "scope", "campaigns:read"))
                    .send();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            JsonNode body = answer.json();
            assertThat(body.path("account_id").asText()).isEqualTo(desk.acme());
            assertThat(body.path("audience").asText()).isEqualTo(KeyDesk.API);
            assertThat(body.path("role").asText()).isEqualTo("owner");
            assertThat(KeyDoors.texts(body.path("permissions"))).containsExactly("campaigns:read");
            assertThat(Jwt.payload(body.path("access_token").asText()).path("key_id"))
                    .isEqualTo(key.path("id"));
        }
    }

    @Test
    void a_bearer_of_the_same_user_beside_the_key_is_no_harm() {
        JsonNode key = key(desk.inAcme("campaigns:read"));
        assertThat(doors.account("acme", text(key))
                        .bearer(desk.session(KeyDesk.JANE))
                        .json(Json.object("audience", KeyDesk.API))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_servers_root_has_the_account_door_too() {
        JsonNode key = key(desk.inAcme("campaigns:read"));
        Answer answer = Http.post(realm.server().url("/api/accounts/acme/token"))
                .header("X-API-KEY", text(key))
                .bearer(desk.session(KeyDesk.JANE))
                .json(Json.object("audience", KeyDesk.API))
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void a_realm_says_how_many_permissions_a_token_carries() {
        JsonNode key = key(desk.inAcme("campaigns:read", "campaigns:write", "templates:read"));
        realm.realmAttribute("mint.permissions.max", "2");
        try {
            for (Answer answer : List.of(doors.token(text(key)), doors.accountToken("acme", text(key)))) {
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.json().path("error").asText()).isEqualTo("too_many_permissions");
                assertThat(answer.json().path("message").asText()).contains("3 permissions", "at most 2");
            }
            Answer session = Http.post(realm.url("/api/accounts/acme/token"))
                    .bearer(desk.session(KeyDesk.JANE))
                    .json(Json.object("audience", KeyDesk.API))
                    .send();
            assertThat(session.json().path("error").asText()).isEqualTo("too_many_permissions");
            assertThat(doors.grant(KeyDoors.BACKEND, text(key), Map.of())
                            .json()
                            .path("error")
                            .asText())
                    .isEqualTo("invalid_scope");
            doors.token(text(key), Json.object("scope", "campaigns:read campaigns:write"))
                    .expect(200);
            realm.realmAttribute("mint.permissions.max", "many");
            doors.token(text(key)).expect(200);
        } finally {
            realm.realmAttribute("mint.permissions.max", null);
        }
    }
}
