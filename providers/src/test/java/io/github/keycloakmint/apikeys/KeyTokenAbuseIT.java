package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What gets no token by a key, and what ends one. */
@Tag("once")
class KeyTokenAbuseIT {

    private static final String UNAUTHORIZED = "{\"error\":\"unauthorized\",\"message\":\"Invalid or expired token\"}";

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

    private record Made(String userId, String session, String id, String key, String token) {}

    /** A member of acme of his own with a key for it and a token of that. */
    private static Made member(String... permissions) {
        String email = "k" + Random.name() + "@example.com";
        String userId = realm.createUser(email, user -> {});
        realm.post("/organizations/" + desk.acme() + "/members", Json.text(userId))
                .expect(201, 204);
        realm.put("/organizations/" + desk.acme() + "/groups/" + group() + "/members/" + userId, "")
                .expect(201, 204);
        String session = desk.session(email);
        JsonNode made =
                desk.create(session, desk.inAcme(permissions)).expect(201).json();
        String key = made.path("key").asText();
        String token = doors.issued(key);
        assertThat(doors.active(token)).isTrue();
        return new Made(userId, session, made.path("id").asText(), key, token);
    }

    private static String group() {
        for (JsonNode group : realm.get("/organizations/" + desk.acme() + "/groups")
                .expect(200)
                .json()) {
            if (group.path("name").asText().equals("member")) {
                return group.path("id").asText();
            }
        }
        throw new AssertionError("no group");
    }

    private static void over(String why, Made made) {
        assertThat(doors.token(made.key()).body()).as(why).isEqualTo(UNAUTHORIZED);
        assertThat(doors.accountToken("acme", made.key()).body()).as(why).isEqualTo(UNAUTHORIZED);
        assertThat(doors.exchange(KeyDoors.BACKEND, made.key(), Map.of()).status())
                .as(why)
                .isEqualTo(400);
        assertThat(doors.grant(KeyDoors.BACKEND, made.key(), Map.of()).status())
                .as(why)
                .isEqualTo(400);
        assertThat(doors.active(made.key())).as(why).isFalse();
        assertThat(Json.text(doors.introspect(made.token()))).as(why).isEqualTo("{\"active\":false}");
        assertThat(doors.verify().bearer(made.token()).send().status()).as(why).isEqualTo(401);
        assertThat(doors.verify().header("X-API-KEY", made.key()).send().status())
                .as(why)
                .isEqualTo(401);
    }

    @Test
    void it_is_over_with_its_key() {
        Made revoked = member("campaigns:read");
        desk.call("DELETE", revoked.session(), revoked.id(), null).expect(204);
        over("revoked", revoked);
        Made disabled = member("campaigns:read");
        desk.call("PATCH", disabled.session(), disabled.id(), Json.object("enabled", false))
                .expect(200);
        over("disabled", disabled);
        desk.call("PATCH", disabled.session(), disabled.id(), Json.object("enabled", true))
                .expect(200);
        assertThat(doors.active(disabled.token())).as("enabled again").isTrue();
        desk.call(
                        "PATCH",
                        disabled.session(),
                        disabled.id(),
                        Json.object("expires_at", Instant.now().getEpochSecond() + 1))
                .expect(200);
        io.github.keycloakmint.testbed.Poll.untilTrue(
                "expiry",
                java.time.Duration.ofSeconds(10),
                () -> doors.token(disabled.key()).status() == 401);
        over("expired", disabled);
    }

    @Test
    void it_is_over_with_its_owner_his_membership_the_account_and_the_client() {
        Made off = member("campaigns:read");
        realm.updateUser(off.userId(), user -> user.put("enabled", false));
        over("owner disabled", off);
        Made gone = member("campaigns:read");
        realm.delete("/users/" + gone.userId()).expect(204);
        over("owner removed", gone);
        Made left = member("campaigns:read");
        realm.delete("/organizations/" + desk.acme() + "/members/" + left.userId())
                .expect(204);
        over("left the account", left);
        Made asleep = member("campaigns:read");
        ObjectNode acme = (ObjectNode)
                realm.get("/organizations/" + desk.acme()).expect(200).json();
        realm.put("/organizations/" + desk.acme(), acme.put("enabled", false)).expect(204);
        over("account disabled", asleep);
        realm.put("/organizations/" + desk.acme(), acme.put("enabled", true)).expect(204);
        Made shut = member("campaigns:read");
        String capabilities = realm.client(KeyDesk.APP)
                .path("attributes")
                .path("mint.capabilities")
                .asText();
        realm.clientAttribute(KeyDesk.APP, "mint.capabilities", "sign-in,accounts,gateway");
        over("client opted out", shut);
        realm.clientAttribute(KeyDesk.APP, "mint.capabilities", capabilities);
        assertThat(doors.active(shut.token())).isTrue();
    }

    @Test
    void a_permission_that_its_owner_lost_is_cut_from_key_and_token() {
        Made made = member("campaigns:read", "templates:read");
        realm.delete("/organizations/" + desk.acme() + "/groups/" + group() + "/members/" + made.userId())
                .expect(204);
        realm.assignClientRole(made.userId(), KeyDesk.API, "templates:read");
        assertThat(KeyDoors.texts(doors.introspect(made.token()).path("permissions")))
                .containsExactly("templates:read");
        assertThat(KeyDoors.texts(doors.introspect(made.key()).path("permissions")))
                .containsExactly("templates:read");
        assertThat(KeyDoors.texts(doors.token(made.key()).expect(200).json().path("permissions")))
                .containsExactly("templates:read");
    }

    @Test
    void another_account_than_the_keys_is_as_one_that_is_not_there() {
        Made made = member("campaigns:read");
        String direct = desk.created(KeyDesk.JANE, desk.direct()).path("key").asText();
        for (String account : List.of(
                "globex", desk.organization("globex"), "nobody", "00000000-0000-4000-8000-000000000000", "acme%00")) {
            Answer answer = doors.accountToken(account, made.key());
            assertThat(answer.status()).as(account).isEqualTo(403);
            assertThat(answer.body()).as(account).isEqualTo(KeyDesk.FORBIDDEN);
            assertThat(doors.accountToken(account, direct).body()).as(account).isEqualTo(KeyDesk.FORBIDDEN);
        }
        assertThat(doors.accountToken("acme", direct).body())
                .as("the owner's own account, by a key that is for none")
                .isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(doors.token(made.key(), Json.object("account_id", "globex")).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
    }

    @Test
    void credentials_that_are_none_or_of_two_are_refused() {
        Made made = member("campaigns:read");
        Http none = Http.post(doors.url("/api/api-keys/token"));
        assertThat(none.send().status()).isEqualTo(401);
        for (String bad :
                List.of("", " ", "km_", "x", made.key() + "x", made.key().toUpperCase(java.util.Locale.ROOT))) {
            assertThat(doors.token(bad).status()).as(bad).isEqualTo(401);
        }
        assertThat(Http.post(doors.url("/api/api-keys/token"))
                        .header("X-API-KEY", made.key())
                        .header("X-API-KEY", made.key())
                        .send()
                        .status())
                .as("twice")
                .isEqualTo(401);
        Answer two = doors.account("acme", made.key())
                .bearer(desk.session(KeyDesk.JANE))
                .json(Json.object("audience", KeyDesk.API))
                .send();
        assertThat(two.status()).isEqualTo(403);
        assertThat(two.json().path("error").asText()).isEqualTo("ambiguous_credentials");
        assertThat(doors.account("acme", made.key())
                        .bearer("x.y.z")
                        .json(Json.object("audience", KeyDesk.API))
                        .send()
                        .status())
                .isEqualTo(401);
        // as a bearer token it is none, anywhere
        for (String path : List.of("/account", "/protocol/openid-connect/userinfo", "/api/api-keys")) {
            assertThat(Http.get(doors.url(path))
                            .header("Accept", "application/json")
                            .bearer(made.key())
                            .send()
                            .status())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    @Test
    void a_request_that_does_not_do_is_refused() {
        Made made = member("campaigns:read");
        for (String body :
                List.of("[]", "{", "{\"audience\":1}", "{\"scope\":[]}", "{\"scope\":\"a\",\"scope\":\"b\"}")) {
            assertThat(doors.token(made.key(), body).status()).as(body).isEqualTo(400);
        }
        doors.token(made.key(), "{\"audience\":null,\"account_id\":null,\"scope\":null}")
                .expect(200);
        assertThat(Http.post(doors.url("/api/api-keys/token"))
                        .header("X-API-KEY", made.key())
                        .form(Map.of("audience", KeyDesk.API))
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(doors.token(made.key(), "{\"audience\":\"" + "x".repeat(70_000) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(Http.get(doors.url("/api/api-keys/token"))
                        .header("X-API-KEY", made.key())
                        .send()
                        .status())
                .isEqualTo(405);
        for (String audience : List.of("account", "realm-management", KeyDesk.APP, "*", "")) {
            assertThat(doors.token(made.key(), Json.object("audience", audience))
                            .status())
                    .as(audience)
                    .isEqualTo(audience.isEmpty() ? 200 : 400);
        }
        realm.clientAttribute(KeyDesk.APP, "mint.audiences", KeyDesk.API + "," + KeyDoors.BACKEND);
        assertThat(doors.token(made.key()).json().path("error").asText())
                .as("which of the two?")
                .isEqualTo("invalid_target");
        realm.clientAttribute(KeyDesk.APP, "mint.audiences", KeyDesk.API);
    }

    @Test
    void the_keys_own_rules_hold_at_every_door() {
        Map<String, ObjectNode> bound = new LinkedHashMap<>();
        bound.put("address", desk.inAcme("campaigns:read").set("allowed_ips", Json.parse("[\"203.0.113.0/24\"]")));
        String elsewhere =
                desk.created(KeyDesk.JANE, bound.get("address")).path("key").asText();
        assertThat(doors.token(elsewhere).body()).isEqualTo(UNAUTHORIZED);
        assertThat(doors.accountToken("acme", elsewhere).body()).isEqualTo(UNAUTHORIZED);
        assertThat(doors.exchange(KeyDoors.BACKEND, elsewhere, Map.of()).status())
                .isEqualTo(400);
        assertThat(doors.grant(KeyDoors.BACKEND, elsewhere, Map.of()).status()).isEqualTo(400);
        assertThat(doors.active(elsewhere)).isFalse();
        String slow = desk.created(
                        KeyDesk.JANE,
                        desk.inAcme("campaigns:read")
                                .set("rate_limit", Json.parse("{\"requests\":1,\"seconds\":3600}")))
                .path("key")
                .asText();
        doors.token(slow).expect(200);
        for (Answer answer : List.of(
                doors.token(slow),
                doors.accountToken("acme", slow),
                doors.exchange(KeyDoors.BACKEND, slow, Map.of()),
                doors.grant(KeyDoors.BACKEND, slow, Map.of()))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(429);
            assertThat(Long.parseLong(answer.header("retry-after").orElseThrow()))
                    .isBetween(1L, 3_600L);
        }
        assertThat(doors.active(slow)).isFalse();
    }
}
