package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each error of the document by what really causes it. */
@Tag("once")
class ExternalErrorsIT {

    private static final String MISSING_KEYS = "auth/missing-keys";
    private static final String VERIFY = "verify-external-user";

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String token(Consumer<ObjectNode> changes) {
        return External.sign(External.claims(External.freshId(), changes));
    }

    private static String token(String foreignId, Consumer<ObjectNode> userData) {
        return External.sign(External.claims(foreignId, claims -> userData.accept(claims.putObject("userData"))));
    }

    // ---- the body ----

    @Test
    void no_token_is_missing_jwt_in_the_documents_words() {
        for (String body : List.of("{}", "{\"userJwt\":null}", "{\"userJwt\":\"\"}", "{\"userjwt\":\"x\"}")) {
            Answer answer = external.post(VERIFY).json(body).send();
            Refused.with(answer, 400, "auth/missing-jwt");
            assertThat(answer.body()).isEqualTo("{\"error\":\"Missing userJwt\",\"code\":\"auth/missing-jwt\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, "request-new-access-token"})
    void a_body_that_is_not_one_JSON_object_is_400(String path) {
        for (String body : List.of("", " ", "{", "[]", "null", "\"x\"", "{}{}", "{\"a\":1,\"a\":2}", "{'a':1}")) {
            Refused.with(external.post(path).json(body).send(), 400, "auth/bad-request", body);
        }
        byte[] latin = "{\"userJwt\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1);
        Refused.with(external.post(path).body("application/json", latin).send(), 400, "auth/bad-request");
    }

    @Test
    void a_member_of_another_type_is_400() {
        for (String value : List.of("1", "true", "[]", "{}")) {
            Refused.with(
                    external.post(VERIFY).json("{\"userJwt\":" + value + "}").send(), 400, "auth/bad-request", value);
        }
        for (String value : List.of("1", "true", "[]", "{}")) {
            Refused.with(
                    external.post("request-new-access-token")
                            .json("{\"refreshToken\":" + value + "}")
                            .send(),
                    400,
                    "auth/bad-request",
                    value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, "request-new-access-token"})
    void another_content_type_is_415(String path) {
        String body = Json.text(Json.object("userJwt", token(claims -> {})));
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp",
                "application/json; charset=utf-16",
                "text/json",
                "nonsense")) {
            Refused.with(external.post(path).body(type, body).send(), 415, "auth/unsupported-media-type", type);
        }
        Refused.with(external.post(path).body(null, body).send(), 415, "auth/unsupported-media-type");
        Refused.with(
                external.post(path)
                        .header("Content-Encoding", "gzip")
                        .json(body)
                        .send(),
                415,
                "auth/unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, "request-new-access-token"})
    void a_body_over_64_KiB_is_413(String path) {
        String large = Json.text(Json.object("userJwt", "e".repeat(64 * 1024)));
        Refused.with(external.post(path).json(large).send(), 413, "auth/payload-too-large");
        Refused.with(external.post(path).json("{".repeat(1_000_000)).send(), 413, "auth/payload-too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, "request-new-access-token"})
    void another_method_is_405(String path) {
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
            Answer answer =
                    Http.request(method, realm.url("/auth/" + path)).json("{}").send();
            Refused.with(answer, 405, "auth/method-not-allowed", method);
            assertThat(answer.header("allow").orElseThrow()).contains("POST").doesNotContain(method);
        }
    }

    @Test
    void an_unknown_path_is_404() {
        Refused.plainly(external.post("verify-external-users").json("{}").send(), 404, "not_found");
        Refused.plainly(external.post(VERIFY + "/x").json("{}").send(), 404, "not_found");
    }

    @Test
    void a_realm_that_is_switched_off_is_404() {
        try (TestRealm off = TestRealm.create()) {
            String jwt = token(claims -> {});
            off.updateRealm(representation -> representation.put("enabled", false));
            Refused.with(new External(off).verify(jwt), 404, "auth/not-found");
            Refused.with(new External(off).refresh("x"), 404, "auth/not-found");
        }
    }

    // ---- keys, issuer, token ----

    @Test
    void a_realm_without_an_enabled_provider_has_no_keys() {
        try (TestRealm bare = TestRealm.create(representation -> representation.remove("identityProviders"))) {
            External other = new External(bare);
            Answer answer = other.verify(token(claims -> {}));
            Refused.with(answer, 403, MISSING_KEYS);
            assertThat(answer.json().path("error").asText()).isEqualTo("Missing JWT keys");
            Project.create(bare, "demo", Map.of());
            other.verify(token(claims -> {})).expect(200);
            Project.enabled(bare, "demo", false);
            Refused.with(other.verify(token(claims -> {})), 403, MISSING_KEYS);
        }
    }

    @Test
    void a_provider_whose_keys_cannot_be_had_has_none() {
        // the name that RFC 2606 keeps from ever being one
        Project.create(realm, "unreachable", Map.of("currentKey", "", "jwksUrl", "https://keys.invalid/jwks"));
        Refused.with(external.verify(token(claims -> claims.put("iss", "unreachable"))), 403, MISSING_KEYS);
    }

    /** The realm does not say which of its clients is wrong, nor how. */
    @Test
    void a_client_that_is_not_in_play_is_missing_keys_and_nobody_is_made() {
        realm.createClient(externalClient("another"));
        Project.create(realm, "for-another", Map.of("tokenClientId", "another"));
        String jwt = token(claims -> claims.put("iss", "for-another"));
        external.verify(jwt).expect(200);
        Map<String, Consumer<ObjectNode>> wrongs = Map.of(
                "not opted in", client -> client.withObject("/attributes").put("mint.capabilities", "google"),
                "full scope", client -> client.put("fullScopeAllowed", true),
                "disabled", client -> client.put("enabled", false),
                "bearer only", client -> client.put("bearerOnly", true));
        wrongs.forEach((what, wrong) -> {
            ObjectNode good = realm.client("another");
            realm.updateClient("another", wrong);
            int users = users();
            Refused.with(external.verify(token(claims -> claims.put("iss", "for-another"))), 403, MISSING_KEYS, what);
            assertThat(users()).isEqualTo(users);
            realm.put("/clients/" + good.path("id").asText(), good).expect(204);
            external.verify(jwt).expect(200);
        });
        realm.delete("/clients/" + realm.clientUuid("another")).expect(204);
        Refused.with(external.verify(jwt), 403, MISSING_KEYS);
    }

    private static ObjectNode externalClient(String clientId) {
        ObjectNode client = Json.object("clientId", clientId, "enabled", true, "fullScopeAllowed", false);
        client.withObject("/attributes").put("mint.capabilities", VERIFY);
        client.putArray("defaultClientScopes").add("basic");
        client.putArray("optionalClientScopes");
        return client;
    }

    private static int users() {
        return realm.get("/users/count").expect(200).json().intValue();
    }

    @Test
    void the_documents_words_for_a_bad_token_and_for_another_project() {
        Answer invalid = external.verify("garbage");
        assertThat(invalid.body()).isEqualTo("{\"error\":\"Invalid token\",\"code\":\"auth/invalid-token\"}");
        Answer mismatch = external.verify(token(claims -> claims.put("iss", "other")));
        assertThat(mismatch.body()).isEqualTo("{\"error\":\"Project ID mismatch\",\"code\":\"auth/project-mismatch\"}");
        assertThat(mismatch.status()).isEqualTo(403);
    }

    // ---- the user's data ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "email|1",
                "email|\"\"",
                "email|\"jane\"",
                "email|\"a@b@c.example\"",
                "email|\"a b@c.example\"",
                "email|\"jane@example.com\\n\"",
                "email|\"jane\\u0000@example.com\"",
                "email|\"\\u212Aate@example.com\"",
                "email|{}",
                "name|1",
                "name|\"a\\nb\"",
                "name|\"a\\u0000b\"",
                "username|\"\"",
                "username|\" jane\"",
                "username|\"ja\\u200Bne\"",
                "username|\"ja\\u0000ne\"",
                "username|1",
                "avatar|\"javascript:alert(1)\"",
                "avatar|\"data:text/html,x\"",
                "avatar|\"/relative\"",
                "avatar|\"https://\"",
                "avatar|1",
                "bio|1",
                "bio|\"a\\u0000b\"",
                "bio|\"a\\u001bb\"",
                "location|\"Boston\"",
                "location|[1,2]",
                "location|{\"type\":\"Polygon\",\"coordinates\":[1,2]}",
                "location|{\"type\":\"Point\",\"coordinates\":[181,0]}",
                "location|{\"type\":\"Point\",\"coordinates\":[0,-91]}",
                "location|{\"type\":\"Point\",\"coordinates\":[\"1\",\"2\"]}",
                "location|{\"type\":\"Point\",\"coordinates\":[1]}",
                "location|{\"type\":\"Point\",\"coordinates\":[1,2,3]}",
                "location|{\"type\":\"Point\",\"coordinates\":[1e999,0]}",
                "birthdate|\"yesterday\"",
                "birthdate|\"1995-13-01\"",
                "birthdate|\"+10000-01-01\"",
                "birthdate|0",
                "metadata|[]",
                "metadata|\"{}\"",
                "metadata|{\"a\":\"\\u0000\"}",
                "metadata|{\"\\u0000\":1}",
                "secureMetadata|1"
            })
    void a_bad_field_is_400_and_named_and_its_value_is_not_repeated(String field, String value) {
        int before = users();
        String payload = Json.text(External.claims(External.freshId()))
                .replace("}", ",\"userData\":{\"" + field + "\":" + value + "}}");
        String jwt = HandmadeJwt.signed(
                "{\"alg\":\"RS256\"}",
                payload,
                SigningAlgorithm.RS256,
                io.github.keycloakmint.testbed.DemoKeys.pair("EXTERNAL").getPrivate());
        Answer answer = external.verify(jwt);
        Refused.with(answer, 400, "auth/validation-failed", field + " " + value);
        assertThat(answer.json().path("error").asText()).startsWith("`" + field + "` ");
        assertThat(users()).isEqualTo(before);
    }

    static Stream<String> longOnes() {
        return Stream.of("email", "name", "username", "avatar", "bio");
    }

    @ParameterizedTest
    @MethodSource("longOnes")
    void a_field_that_is_too_long_is_400_and_named(String field) {
        String value =
                switch (field) {
                    case "email" -> "a".repeat(60) + "@" + "b".repeat(200) + ".example";
                    case "avatar" -> "https://example.com/" + "a".repeat(2_048);
                    case "bio" -> "a".repeat(10_001);
                    default -> "a".repeat(256);
                };
        Answer answer = external.verify(token(External.freshId(), data -> data.put(field, value)));
        Refused.with(answer, 400, "auth/validation-failed");
        assertThat(answer.json().path("error").asText()).startsWith("`" + field + "` ");
    }

    @Test
    void an_object_over_16_KiB_is_400_and_named() {
        Answer answer = external.verify(
                token(External.freshId(), data -> data.putObject("metadata").put("a", "a".repeat(17_000))));
        Refused.with(answer, 400, "auth/validation-failed");
        assertThat(answer.json().path("error").asText()).startsWith("`metadata` ");
    }

    @Test
    void a_bad_field_changes_nothing_of_the_good_ones() {
        String id = External.freshId();
        JsonNode before =
                external.signedIn(token(id, data -> data.put("bio", "old"))).path("user");
        Refused.with(
                external.verify(token(id, data -> data.put("bio", "new").put("avatar", "javascript:x"))),
                400,
                "auth/validation-failed");
        assertThat(external.signedIn(token(id, data -> {})).path("user")).isEqualTo(before);
    }

    @Test
    void an_email_of_somebody_else_is_409() {
        Answer answer = external.verify(token(External.freshId(), data -> data.put("email", "jane@example.com")));
        Refused.with(answer, 409, "auth/email-conflict");
        assertThat(answer.body()).doesNotContain("jane");
    }

    @Test
    void a_disabled_user_is_403() {
        String id = External.freshId();
        String userId = external.signedIn(token(id, data -> data.put("email", id + "@external.example")))
                .path("user")
                .path("id")
                .asText();
        realm.updateUser(userId, user -> user.put("enabled", false));
        Refused.with(external.verify(token(id, data -> data.put("bio", "x"))), 403, "auth/user-disabled");
        assertThat(realm.user(userId).path("attributes").has("bio")).isFalse();
        realm.updateUser(userId, user -> user.put("enabled", true));
        external.verify(token(id, data -> {})).expect(200);
    }

    @Test
    void a_user_of_whom_an_admin_wants_something_is_403_until_he_has_done_it() {
        String id = External.freshId();
        String userId = external.signedIn(token(id, data -> data.put("email", id + "@external.example")))
                .path("user")
                .path("id")
                .asText();
        realm.updateUser(userId, user -> user.putArray("requiredActions").add("UPDATE_PASSWORD"));
        Refused.with(external.verify(token(id, data -> {})), 403, "auth/action-required");
        realm.updateUser(userId, user -> user.putArray("requiredActions"));
        external.verify(token(id, data -> {})).expect(200);
    }

    // ---- failures ----

    /** A mapper of a type that is not installed: of what went wrong the caller learns a reference, no more. */
    @Test
    void a_failure_inside_is_500_with_a_reference_and_nobody_is_made() {
        Project.create(realm, "broken", Map.of());
        Project.mapper(realm, "broken", "no-such-mapper", Map.of());
        int before = users();
        Answer answer = external.verify(token(claims -> claims.put("iss", "broken")));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.json().fieldNames()).toIterable().containsExactly("error", "code", "details");
        assertThat(answer.json().path("error").asText()).isEqualTo("Internal server error");
        assertThat(answer.json().path("code").asText()).isEqualTo("auth/server-error");
        String details = answer.json().path("details").asText();
        assertThat(details).matches("reference [0-9a-f-]{36}");
        assertThat(realm.server().log()).contains(details);
        assertThat(users()).isEqualTo(before);
    }

    // ---- T18 ----

    @Test
    void a_realm_whose_users_could_edit_what_is_the_admins_is_off() {
        JsonNode profile = realm.get("/users/profile").expect(200).json();
        JsonNode signedIn = external.signedIn(token(claims -> {}));
        for (String attribute : List.of("reputation", "suspensions", "secureMetadata")) {
            withProfile(profile, changed -> permissions(changed, attribute, "edit"), attribute);
        }
        withProfile(profile, changed -> permissions(changed, "secureMetadata", "view"), "view of secureMetadata");
        withProfile(
                profile,
                changed -> {
                    changed.put("unmanagedAttributePolicy", "ENABLED");
                    ((com.fasterxml.jackson.databind.node.ArrayNode) changed.path("attributes"))
                            .removeIf(
                                    attribute -> attribute.path("name").asText().equals("suspensions"));
                },
                "an attribute that is not declared");
        external.verify(token(claims -> {})).expect(200);
        assertThat(signedIn.path("user").has("secureMetadata")).isFalse();
    }

    private static void withProfile(JsonNode good, Consumer<ObjectNode> change, String what) {
        ObjectNode changed = good.deepCopy();
        change.accept(changed);
        realm.put("/users/profile", changed).expect(200);
        try {
            int before = users();
            Refused.with(external.verify(token(claims -> {})), 403, MISSING_KEYS, what);
            ObjectNode google =
                    External.claims(External.freshId(), claims -> claims.put("iss", "https://accounts.google.com")
                            .put("aud", "demo-google-client"));
            Refused.plainly(
                    external.post("google")
                            .json(Json.object(
                                    "id_token",
                                    External.sign(google, "SOCIAL", header -> {}),
                                    "client_id",
                                    "cid_inbox_manager"))
                            .send(),
                    403,
                    "forbidden");
            assertThat(users()).isEqualTo(before);
        } finally {
            realm.put("/users/profile", good).expect(200);
        }
    }

    private static void permissions(ObjectNode profile, String attribute, String kind) {
        profile.path("attributes").forEach(candidate -> {
            if (candidate.path("name").asText().equals(attribute)) {
                ((ObjectNode) candidate)
                        .withObject("/permissions")
                        .withArray("/" + kind)
                        .add("user");
            }
        });
    }
}
