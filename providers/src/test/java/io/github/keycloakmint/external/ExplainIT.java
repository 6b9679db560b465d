package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The admin's dry run: it tells which check fails and on what, and does nothing. */
@Tag("once")
class ExplainIT {

    private static final String PATH = "/mint/external/explain";

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
        for (String role : List.of("view-identity-providers", "manage-users", "view-users")) {
            realm.assignClientRole(realm.createUser(role + "@example.com", user -> {}), "realm-management", role);
        }
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String token(Consumer<ObjectNode> changes) {
        return External.sign(External.claims(External.freshId(), changes));
    }

    private static JsonNode explain(String jwt) {
        Answer answer = realm.post(PATH, Json.object("userJwt", jwt)).expect(200);
        for (String part : jwt.split("\\.")) {
            if (part.length() > 40) {
                assertThat(answer.body()).doesNotContain(part.substring(0, 40));
            }
        }
        return answer.json();
    }

    private static void fails(String jwt, String check, String error) {
        JsonNode explained = explain(jwt);
        assertThat(explained.path("valid").booleanValue()).isFalse();
        assertThat(explained.path("check").asText()).isEqualTo(check);
        assertThat(explained.path("error").asText()).isEqualTo(error);
        Answer called = external.verify(jwt);
        assertThat(called.json().path("code").asText()).as("what a caller gets").isEqualTo(error);
    }

    @Test
    void a_good_token_stays_good_for_one_use() {
        String id = External.freshId();
        String jwt = External.sign(External.claims(id, claims -> claims.put("jti", External.freshId())));
        int users = realm.get("/users/count").json().intValue();
        int events = realm.events().size();
        for (int i = 0; i < 3; i++) {
            JsonNode explained = explain(jwt);
            assertThat(explained.path("valid").booleanValue()).isTrue();
            assertThat(explained.path("provider").asText()).isEqualTo("external-project");
            assertThat(explained.path("foreignId").asText()).isEqualTo(id);
        }
        assertThat(realm.get("/users/count").json().intValue()).isEqualTo(users);
        assertThat(realm.events()).hasSize(events);
        external.verify(jwt).expect(200);
        fails(jwt, "jti", "auth/invalid-token");
    }

    @Test
    void it_names_the_check_and_the_values_compared() {
        fails("garbage", "form", "auth/invalid-token");
        fails(token(claims -> claims.put("iss", "other")), "issuer", "auth/project-mismatch");
        fails(token(claims -> claims.put("exp", 1)), "expiry", "auth/invalid-token");
        fails(token(claims -> claims.put("nbf", 4_000_000_000L)), "not_before", "auth/invalid-token");
        fails(token(claims -> claims.put("sub", "")), "subject", "auth/invalid-token");
        fails(token(claims -> claims.put("userData", 1)), "user_data", "auth/invalid-token");
        fails(token(claims -> {}) + "x", "form", "auth/invalid-token");
        fails(
                External.sign(External.claims("x"), HandmadeJwt.rsa(2048), header -> {}),
                "signature",
                "auth/invalid-token");
        Project.create(realm, "explained", Map.of("audiences", "https://api.example.com"));
        JsonNode explained =
                explain(token(claims -> claims.put("iss", "explained").put("aud", "https://api.example.com/")));
        assertThat(explained.path("check").asText()).isEqualTo("audience");
        assertThat(explained.path("provider").asText()).isEqualTo("explained");
        assertThat(explained.path("expected").asText()).isEqualTo("https://api.example.com");
        assertThat(explained.path("found").asText()).contains("https://api.example.com/");
    }

    @Test
    void values_are_cut_short() {
        JsonNode explained = explain(token(claims -> claims.put("iss", "i".repeat(1_000))));
        assertThat(explained.path("found").asText().length()).isLessThanOrEqualTo(200);
    }

    @Test
    void it_fetches_nothing_and_says_no_more_than_that_keys_are_unavailable() throws IOException {
        try (JwksServer keys = new JwksServer(JwksServer.json("{\"keys\":[]}"))) {
            Project.create(realm, "fetching", Map.of("currentKey", "", "jwksUrl", keys.url()));
            JsonNode explained = explain(token(claims -> claims.put("iss", "fetching")));
            assertThat(explained.path("check").asText()).isEqualTo("keys unavailable");
            assertThat(explained.has("found")).isFalse();
            assertThat(explained.has("expected")).isFalse();
            assertThat(keys.calls()).isZero();
        }
    }

    @Test
    void it_needs_view_identity_providers() {
        assertThat(as("view-identity-providers").status()).isEqualTo(200);
        for (String other : List.of("manage-users", "view-users")) {
            Answer answer = as(other);
            Refused.plainly(answer, 403, "forbidden");
        }
        assertThat(Http.post(realm.adminUrl(PATH))
                        .json(Json.object("userJwt", token(claims -> {})))
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(external.post("explain").json("{}").send().status()).isEqualTo(404);
    }

    private static Answer as(String role) {
        return Http.post(realm.adminUrl(PATH))
                .bearer(realm.passwordToken("admin-cli", role + "@example.com", TestRealm.PASSWORD))
                .json(Json.object("userJwt", token(claims -> {})))
                .send();
    }

    @Test
    void a_body_without_a_token_is_400() {
        for (String body : List.of("{}", "{\"userJwt\":1}", "[]", "{\"userJwt\":\"\"}")) {
            Refused.plainly(realm.post(PATH, body), 400, "bad_request");
        }
    }
}
