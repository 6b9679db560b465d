package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code POST /api/auth/cookie} and what its cookie is good for. */
class GatewayCookieIT {

    private static TestRealm realm;
    private static CookieDoor door;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        door = new CookieDoor(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @Test
    void a_page_gets_its_token_back_in_a_cookie_that_scripts_do_not_see() {
        String token = door.session(CookieDoor.JANE);
        Answer answer = door.keep(token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("cookie").asText()).isEqualTo("token");
        long life = answer.json().path("expires_in").asLong();
        assertThat(life).isBetween(86_300L, 86_400L);
        assertThat(answer.header("access-control-allow-origin")).contains(CookieDoor.ORIGIN);
        assertThat(answer.header("access-control-allow-credentials")).contains("true");
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.headers("set-cookie"))
                .containsExactly("token=" + CookieDoor.sign(token, door.keys().get(0)) + "; Path=/; Max-Age=" + life
                        + "; HttpOnly; Secure; SameSite=Lax");
    }

    @Test
    void the_cookie_says_who_it_is_where_the_token_does() {
        String token = door.session(CookieDoor.JANE);
        String cookie = door.kept(token);
        JsonNode me = door.me("other=1; " + cookie).expect(200).json();
        assertThat(me)
                .isEqualTo(Http.get(realm.url("/api/auth/me"))
                        .bearer(token)
                        .send()
                        .expect(200)
                        .json());
        assertThat(me.path("email").asText()).isEqualTo(CookieDoor.JANE);
        for (String method : List.of("GET", "POST", "DELETE")) {
            Answer verified = Http.request(method, realm.url("/api/auth/verify"))
                    .header("Origin", CookieDoor.ORIGIN)
                    .header("Cookie", cookie)
                    .send();
            assertThat(verified.status()).as(method + verified.body()).isEqualTo(200);
            assertThat(verified.header("x-auth-user-id")).contains(realm.userId(CookieDoor.JANE));
        }
    }

    @Test
    void account_tokens_and_minted_tokens_may_be_kept_as_well() {
        String narrowed = door.account(door.session(CookieDoor.JANE), "acme");
        JsonNode me = door.me(door.kept(narrowed)).expect(200).json();
        assertThat(me.path("token").path("kind").asText()).isEqualTo("account");
        assertThat(me.path("role").asText()).isEqualTo("owner");

        realm.updateClient(
                "tribe-upstream", client -> client.putArray("webOrigins").add(CookieDoor.ORIGIN));
        Poll.untilTrue("the realm's platform id", Duration.ofSeconds(15), () -> mint().status() == 200);
        String minted = mint().json().path("accessToken").asText();
        assertThat(door.me(door.kept(minted))
                        .expect(200)
                        .json()
                        .path("token")
                        .path("kind")
                        .asText())
                .isEqualTo("minted");
    }

    private static Answer mint() {
        return Http.post(realm.url("/api/auth/token-for-email"))
                .header("X-Tribe-Service-Secret", realm.server().secrets().current())
                .json(Json.object("email", CookieDoor.JANE, "platformId", realm.platformId()))
                .send();
    }

    @Test
    void it_dies_with_its_token_and_its_session() {
        JsonNode tokens = realm.token(
                        CookieDoor.APP,
                        Map.of("grant_type", "password", "username", CookieDoor.JOHN, "password", TestRealm.PASSWORD))
                .expect(200)
                .json();
        String revoked = door.session(CookieDoor.JOHN);
        String first = door.kept(revoked);
        String second = door.kept(tokens.path("access_token").asText());
        assertThat(door.me(first).status()).isEqualTo(200);
        assertThat(door.me(second).status()).isEqualTo(200);
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", CookieDoor.APP, "token", revoked))
                .send()
                .expect(200);
        assertThat(door.me(first).status()).as("revoked").isEqualTo(401);
        Http.post(realm.url("/auth/sign-out"))
                .json(Json.object("refresh_token", tokens.path("refresh_token").asText()))
                .send()
                .expect(204);
        assertThat(door.me(second).status()).as("signed out").isEqualTo(401);
    }

    @Test
    void a_page_takes_it_back() {
        Answer answer =
                door.cookie("DELETE").header("Origin", CookieDoor.ORIGIN).send();
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.headers("set-cookie"))
                .containsExactly("token=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    }

    @Test
    void the_realm_names_it() {
        String token = door.session(CookieDoor.JANE);
        String before = door.kept(token);
        realm.realmAttribute("mint.cookie.name", "__Host-app");
        try {
            String cookie = door.kept(token);
            assertThat(cookie).startsWith("__Host-app=s%3A");
            assertThat(door.me(cookie).status()).isEqualTo(200);
            assertThat(door.me(before).status()).as("of the former name").isEqualTo(401);
            realm.realmAttribute("mint.cookie.name", "no name");
            assertThat(door.keep(token).status()).isEqualTo(403);
            assertThat(door.me(cookie).status()).isEqualTo(401);
        } finally {
            realm.realmAttribute("mint.cookie.name", "token");
        }
    }

    /** The documented rotation: a new HS512 key above the old one, then the old one off. */
    @Test
    void a_rotated_key_is_taken_until_it_is_gone() {
        try (TestRealm rotating = TestRealm.create()) {
            CookieDoor there = new CookieDoor(rotating);
            String token = there.session(CookieDoor.JANE);
            String old = there.kept(token);
            List<String> before = there.keys();
            assertThat(before).hasSize(1);
            JsonNode provider = providers(rotating).findFirst().orElseThrow();
            ObjectNode next = provider.deepCopy();
            next.remove("id");
            next.put("name", "next");
            next.putObject("config").putArray("priority").add("200");
            ((ObjectNode) next.path("config")).putArray("algorithm").add("HS512");
            rotating.post("/components", next).expect(201);

            List<String> both = there.keys();
            assertThat(both).hasSize(2).containsAll(before);
            assertThat(both.get(0)).as("signs").isNotEqualTo(before.get(0));
            assertThat(there.me(old).status()).isEqualTo(200);
            String renewed = there.kept(token);
            assertThat(renewed).isEqualTo("token=" + CookieDoor.sign(token, both.get(0)));

            rotating.delete("/components/" + provider.path("id").asText()).expect(204);
            assertThat(there.keys()).containsExactly(both.get(0));
            assertThat(there.me(old).status()).as("its key is gone").isEqualTo(401);
            assertThat(there.me(renewed).status()).isEqualTo(200);
        }
    }

    private static Stream<JsonNode> providers(TestRealm of) {
        return of.get("/components?type=org.keycloak.keys.KeyProvider")
                .expect(200)
                .json()
                .valueStream()
                .filter(component -> component.path("providerId").asText().equals("hmac-generated"))
                .filter(component -> component
                        .path("config")
                        .path("algorithm")
                        .path(0)
                        .asText()
                        .equals("HS512"));
    }

    @Test
    void each_client_has_a_key_of_its_own_and_its_export_leaves_an_event_without_it() {
        String app = door.keys(CookieDoor.APP).get(0);
        String other = door.keys("external-users").get(0);
        assertThat(app).hasSize(43).isNotEqualTo(other);
        JsonNode event = realm.adminEvents().stream()
                .filter(found -> found.path("resourceType").asText().equals("COOKIE_KEY"))
                .findFirst()
                .orElseThrow();
        assertThat(event.path("operationType").asText()).isEqualTo("ACTION");
        assertThat(event.toString()).doesNotContain(app, other);
    }

    @Test
    void setting_it_is_one_event_with_the_tokens_id() {
        String token = door.session(CookieDoor.JANE);
        door.keep(token).expect(200);
        String jti = Jwt.payload(token).path("jti").asText();
        assertThat(realm.events("TOKEN_EXCHANGE"))
                .anySatisfy(event ->
                        assertThat(event.path("details").path("jti").asText()).isEqualTo(jti));
    }
}
