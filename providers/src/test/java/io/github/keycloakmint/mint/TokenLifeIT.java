package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** When a minted token dies, and that it stays dead (T6); the ledger and its doors (T12). */
class TokenLifeIT {

    private static TestRealm realm;
    private static Mint mint;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        mint = new Mint(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String fresh(String email) {
        realm.createUser(email, user -> {});
        return mint.token(email);
    }

    private static void assertAlive(String token) {
        assertThat(mint.active(token)).isTrue();
        assertThat(realm.userinfo(token).status()).isEqualTo(200);
    }

    private static void assertDead(String token) {
        assertThat(mint.active(token)).isFalse();
        assertThat(realm.userinfo(token).status()).isIn(401, 403);
    }

    private static Answer revoke(String token) {
        return realm.delete(
                "/mint/mints/" + encode(Jwt.payload(token).path("jti").asText()));
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    @Test
    void dies_by_revocation_in_the_ledger_and_leaves_an_admin_event() {
        String token = fresh("revoked@example.com");
        assertAlive(token);
        assertThat(revoke(token).status()).isEqualTo(204);
        assertDead(token);
        assertThat(revoke(token).status()).as("twice is no error").isEqualTo(204);
        assertThat(realm.adminEvents())
                .anySatisfy(
                        event -> assertThat(event.path("resourceType").asText()).isEqualTo("MINT"));
    }

    @Test
    void one_revocation_leaves_other_tokens_of_the_user_alone() {
        String first = fresh("two@example.com");
        String second = mint.token("two@example.com");
        revoke(first).expect(204);
        assertDead(first);
        assertAlive(second);
    }

    @Test
    void dies_when_the_user_is_disabled() {
        String token = fresh("disabled@example.com");
        realm.updateUser(realm.userId("disabled@example.com"), user -> user.put("enabled", false));
        assertDead(token);
    }

    @Test
    void dies_with_the_user_and_stays_dead_when_the_name_is_taken_again() {
        String token = fresh("deleted@example.com");
        realm.delete("/users/" + realm.userId("deleted@example.com")).expect(204);
        assertDead(token);
        realm.createUser("deleted@example.com", user -> {});
        assertDead(token);
    }

    @Test
    void stays_dead_even_when_the_same_id_is_made_again() {
        String token = fresh("again@example.com");
        String id = realm.userId("again@example.com");
        realm.delete("/users/" + id).expect(204);
        realm.post(
                        "/partialImport",
                        Json.parse("{\"ifResourceExists\":\"FAIL\",\"users\":[{\"id\":\"" + id
                                + "\",\"username\":\"again@example.com\",\"email\":\"again@example.com\",\"emailVerified\":true,"
                                + "\"enabled\":true}]}"))
                .expect(200);
        assertThat(realm.userId("again@example.com")).isEqualTo(id);
        assertDead(token);
        assertAlive(mint.token("again@example.com"));
    }

    @Test
    void the_ledger_forgets_the_email_of_a_deleted_user_and_marks_his_tokens_revoked() {
        String token = fresh("forgotten@example.com");
        String id = realm.userId("forgotten@example.com");
        realm.delete("/users/" + id).expect(204);
        assertThat(realm.get("/mint/mints?email=forgotten@example.com")
                        .expect(200)
                        .json()
                        .path("mints"))
                .isEmpty();
        assertThat(row(token).path("email").isNull()).isTrue();
        assertThat(row(token).path("revoked_at").isNumber()).isTrue();
    }

    @Test
    void dies_by_the_realms_not_before() {
        String token = fresh("notbefore@example.com");
        realm.updateRealm(settings -> settings.put("notBefore", Instant.now().getEpochSecond() + 5));
        try {
            assertDead(token);
        } finally {
            realm.updateRealm(settings -> settings.put("notBefore", 0));
        }
    }

    @Test
    void dies_by_standard_revocation_of_the_caller() {
        String token = fresh("standard@example.com");
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .basic("tribe-upstream", realm.clientSecret("tribe-upstream"))
                .form(java.util.Map.of("token", token))
                .send()
                .expect(200);
        assertDead(token);
    }

    @Test
    void dies_when_the_user_is_logged_out_everywhere() {
        String token = fresh("logout@example.com");
        // notBefore counts whole seconds: a token of the same second is not before it
        long issued = Jwt.payload(token).path("iat").asLong();
        Poll.untilTrue(
                "the next second", Duration.ofSeconds(5), () -> Instant.now().getEpochSecond() > issued + 1);
        realm.post("/users/" + realm.userId("logout@example.com") + "/logout", Json.object())
                .expect(204);
        assertDead(token);
    }

    @Test
    void the_ledger_lists_what_was_minted() {
        realm.createUser("ledger@example.com", user -> {});
        Answer minted = mint.mint(
                        "ledger@example.com", body -> body.put("reason", "why").put("expiresIn", 600))
                .expect(200);
        String token = minted.json().path("accessToken").asText();
        JsonNode row = row(token);
        assertThat(row)
                .isEqualTo(Json.parse("{\"jti\":" + Jwt.payload(token).path("jti")
                        + ",\"email\":\"ledger@example.com\",\"user_id\":\""
                        + realm.userId("ledger@example.com")
                        + "\",\"caller\":\"tribe-upstream\",\"reason\":\"why\",\"issued_at\":"
                        + Jwt.payload(token).path("iat") + ",\"expires_at\":"
                        + Jwt.payload(token).path("exp") + ",\"revoked_at\":null}"));
        assertThat(list("?email=LEDGER@example.com")).hasSize(1);
        assertThat(list("?email=ledger@example.com&caller=billing-service")).isEmpty();
        assertThat(list("?email=ledger@example.com&active=true")).hasSize(1);
        revoke(token).expect(204);
        assertThat(list("?email=ledger@example.com&active=true")).isEmpty();
        assertThat(list("?email=ledger@example.com&active=false")).hasSize(1);
    }

    private static JsonNode row(String token) {
        String jti = Jwt.payload(token).path("jti").asText();
        for (JsonNode mint : list("?max=1000")) {
            if (mint.path("jti").asText().equals(jti)) {
                return mint;
            }
        }
        throw new AssertionError("not in the ledger: " + jti);
    }

    private static JsonNode list(String query) {
        return realm.get("/mint/mints" + query).expect(200).json().path("mints");
    }

    @Test
    void the_ledgers_parameters_are_checked() {
        for (String query :
                new String[] {"?max=0", "?max=1001", "?max=x", "?first=-1", "?active=yes", "?email=x", "?max=1&max=2"
                }) {
            Answer answer = realm.get("/mint/mints" + query);
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("bad_request");
        }
        assertThat(realm.delete("/mint/mints/trrtme:no-such").status()).isEqualTo(404);
    }

    @Test
    void another_realms_ledger_is_another_ledger() {
        String token = fresh("mine@example.com");
        try (TestRealm other = TestRealm.create()) {
            assertThat(other.delete("/mint/mints/"
                                    + encode(Jwt.payload(token).path("jti").asText()))
                            .status())
                    .isEqualTo(404);
            assertThat(other.get("/mint/mints").expect(200).json().path("mints"))
                    .isEmpty();
        }
        assertAlive(token);
    }

    /** T12: each door names its role, and Keycloak's evaluator judges. */
    @Test
    void each_ledger_door_needs_its_own_role() {
        String token = fresh("target@example.com");
        String jti = encode(Jwt.payload(token).path("jti").asText());
        String viewer = realm.createUser("viewer@example.com", user -> {});
        String manager = realm.createUser("manager@example.com", user -> {});
        realm.createUser("nobody@example.com", user -> {});
        realm.assignClientRole(viewer, "realm-management", "view-events");
        realm.assignClientRole(manager, "realm-management", "manage-users");
        assertThat(as("viewer@example.com", "GET", "/mint/mints")).isEqualTo(200);
        assertThat(as("viewer@example.com", "DELETE", "/mint/mints/" + jti)).isEqualTo(403);
        assertThat(as("manager@example.com", "GET", "/mint/mints")).isEqualTo(403);
        assertThat(as("nobody@example.com", "GET", "/mint/mints")).isEqualTo(403);
        assertThat(as("nobody@example.com", "DELETE", "/mint/mints/" + jti)).isEqualTo(403);
        assertAlive(token);
        assertThat(as("manager@example.com", "DELETE", "/mint/mints/" + jti)).isEqualTo(204);
        assertDead(token);
        assertThat(Http.get(realm.adminUrl("/mint/mints")).send().status()).isEqualTo(401);
    }

    private static int as(String email, String method, String path) {
        return Http.request(method, realm.adminUrl(path))
                .bearer(realm.passwordToken("admin-cli", email, TestRealm.PASSWORD))
                .send()
                .status();
    }

    // ---- T20: mass revocation ----

    private static Answer revokeAll(Object body) {
        return realm.post("/mint/mints/revoke", body);
    }

    /** The watermark covers the second that runs; what is minted afterwards lives. */
    private static String mintedLater(String email) {
        long now = Instant.now().getEpochSecond();
        Poll.untilTrue(
                "the next second", Duration.ofSeconds(5), () -> Instant.now().getEpochSecond() > now + 1);
        return mint.token(email);
    }

    @Test
    void T20_everything_for_one_user_dies_at_once_at_every_endpoint_and_nothing_else() {
        String first = fresh("mass@example.com");
        String second = mint.token("mass@example.com");
        String other = fresh("bystander@example.com");
        assertThat(revokeAll(Json.object("user_id", realm.userId("mass@example.com")))
                        .status())
                .isEqualTo(200);
        assertDead(first);
        assertDead(second);
        assertAlive(other);
        assertAlive(mintedLater("mass@example.com"));
        assertThat(list("?email=mass@example.com&active=true")).hasSize(1);
        assertThat(list("?email=mass@example.com&active=false")).hasSize(2);
        assertThat(row(first).path("revoked_at").isNumber()).isTrue();
        assertThat(realm.adminEvents())
                .anySatisfy(
                        event -> assertThat(event.path("resourcePath").asText()).contains("revoke"));
    }

    @Test
    void T20_a_watermark_covers_tokens_with_public_signatures_too() {
        realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "RS256");
        try {
            String token = fresh("offline@example.com");
            assertAlive(token);
            revokeAll(Json.object("user_id", realm.userId("offline@example.com")))
                    .expect(200);
            assertDead(token);
        } finally {
            realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "HS256");
        }
    }

    @Test
    void T20_by_caller_and_by_time() {
        try (TestRealm own = TestRealm.create()) {
            Mint ownMint = new Mint(own);
            String upstream = ownMint.token("jane@example.com");
            String billing = ownMint.mintAs("billing-service", "jane@example.com", body -> body.put("reason", "x"))
                    .expect(200)
                    .json()
                    .path("accessToken")
                    .asText();
            own.post("/mint/mints/revoke", Json.object("caller", "billing-service"))
                    .expect(200);
            assertThat(ownMint.active(billing)).isFalse();
            assertThat(ownMint.active(upstream)).isTrue();
            long issued = Jwt.payload(upstream).path("iat").asLong();
            own.post("/mint/mints/revoke", Json.object("before", issued)).expect(200);
            assertThat(ownMint.active(upstream))
                    .as("issued at the moment itself")
                    .isTrue();
            own.post("/mint/mints/revoke", Json.object("before", issued + 1)).expect(200);
            assertThat(ownMint.active(upstream)).isFalse();
            own.post("/mint/mints/revoke", Json.object("before", 1)).expect(200);
            assertThat(ownMint.active(upstream)).as("never lowered").isFalse();
        }
    }

    @Test
    void T20_two_revocations_at_once_never_lower_each_other() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (TestRealm own = TestRealm.create()) {
            Mint ownMint = new Mint(own);
            own.post("/mint/mints/revoke", Json.object("before", 1)).expect(200);
            String token = ownMint.token("jane@example.com");
            long issued = Jwt.payload(token).path("iat").asLong();
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long before = i == 3 ? issued + 1 : 2 + i;
                calls.add(() -> own.post("/mint/mints/revoke", Json.object("before", before))
                        .status());
            }
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(200);
            }
            assertThat(ownMint.active(token)).isFalse();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void T20_introspection_signs_no_copy_of_a_minted_token() {
        realm.clientAttribute("introspector", "client.introspection.response.allow.jwt.claim.enabled", "true");
        String token = fresh("copy@example.com");
        assertThat(asJwt(token)).contains("\"active\":true").doesNotContain("\"jwt\"");
        revokeAll(Json.object("user_id", realm.userId("copy@example.com"))).expect(200);
        assertThat(asJwt(token)).isEqualTo("{\"active\":false}");
    }

    private static String asJwt(String token) {
        return Http.post(realm.url("/protocol/openid-connect/token/introspect"))
                .basic("introspector", realm.clientSecret("introspector"))
                .header("Accept", "application/jwt")
                .form(Map.of("token", token))
                .send()
                .body();
    }

    @Test
    void T20_the_call_is_checked() {
        for (Object body : new Object[] {
            Json.object(),
            Json.object("caller", "a", "user_id", "b"),
            Json.object("before", "1"),
            Json.object("before", Instant.now().getEpochSecond() + 3600),
            Json.object("before", 0),
            Json.object("caller", 1),
            Json.object("caller", "", "before", 1),
            Json.object("user_id", "", "before", 1),
            Json.object("caller", "x".repeat(256))
        }) {
            assertThat(revokeAll(body).status()).as(body.toString()).isEqualTo(400);
        }
        realm.createUser("clerk@example.com", user -> {});
        assertThat(as("clerk@example.com", "POST", "/mint/mints/revoke")).isEqualTo(403);
    }
}
