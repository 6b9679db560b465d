package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys at Keycloak's token endpoint, by exchange and by grant, and at its introspection endpoint. */
class KeyExchangeIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;
    private static JsonNode key;
    private static String text;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
        key = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read", "templates:read"));
        text = key.path("key").asText();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static Map<String, Answer> both(String client, String shown, Map<String, String> more) {
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("exchange", doors.exchange(client, shown, more));
        answers.put("grant", doors.grant(client, shown, more));
        return answers;
    }

    @Test
    void either_way_gives_a_token_for_the_client_that_asks() {
        both(KeyDoors.BACKEND, text, Map.of()).forEach((way, answer) -> {
            assertThat(answer.status()).as(way + answer.body()).isEqualTo(200);
            assertThat(answer.header("cache-control").orElse("")).contains("no-store");
            JsonNode body = answer.json();
            assertThat(body.path("issued_token_type").asText())
                    .isEqualTo("urn:ietf:params:oauth:token-type:access_token");
            assertThat(body.path("token_type").asText()).isEqualTo("Bearer");
            assertThat(body.path("account_id").asText()).isEqualTo(desk.acme());
            assertThat(KeyDoors.texts(body.path("permissions"))).containsExactly("campaigns:read", "templates:read");
            JsonNode claims = Jwt.payload(body.path("access_token").asText());
            assertThat(claims.path("azp").asText()).isEqualTo(KeyDoors.BACKEND);
            assertThat(claims.path("aud").asText()).isEqualTo(KeyDesk.API);
            assertThat(claims.path("key_id")).isEqualTo(key.path("id"));
            assertThat(claims.path("sub").asText()).isEqualTo(realm.userId(KeyDesk.JANE));
            assertThat(doors.active(body.path("access_token").asText())).isTrue();
        });
        assertThat(realm.events("TOKEN_EXCHANGE").stream()
                        .map(event -> event.path("details").path("keyId"))
                        .toList())
                .contains(key.path("id"));
    }

    @Test
    void T34_whatever_scope_is_asked_for_there_is_no_refresh_token_and_no_ID_token() {
        both(KeyDoors.BACKEND, text, Map.of("scope", "campaigns:read openid offline_access"))
                .forEach((way, answer) -> {
                    JsonNode body = answer.expect(200).json();
                    for (String no : List.of("refresh_token", "refresh_expires_in", "id_token", "session_state")) {
                        assertThat(body.has(no)).as(way + no).isFalse();
                    }
                    assertThat(KeyDoors.texts(body.path("permissions"))).containsExactly("campaigns:read");
                    assertThat(realm.userinfo(body.path("access_token").asText())
                                    .status())
                            .isEqualTo(403);
                });
        both(KeyDoors.BACKEND, text, Map.of("scope", "openid offline_access"))
                .forEach((way, answer) -> error(answer, 400, "invalid_scope"));
        assertThat(realm.get("/users/" + realm.userId(KeyDesk.JANE) + "/offline-sessions/"
                                + realm.clientUuid(KeyDoors.BACKEND))
                        .expect(200)
                        .json())
                .isEmpty();
    }

    @Test
    void the_account_may_be_named_if_it_is_the_keys() {
        both(KeyDoors.BACKEND, text, Map.of("account_id", "acme", "audience", KeyDesk.API))
                .forEach((way, answer) -> assertThat(answer.status()).as(way).isEqualTo(200));
        for (String other : List.of("globex", desk.organization("globex"), "nobody")) {
            both(KeyDoors.BACKEND, text, Map.of("account_id", other))
                    .forEach((way, answer) -> error(answer, 403, "access_denied"));
        }
        both(KeyDoors.BACKEND, text, Map.of("audience", KeyDoors.BACKEND))
                .forEach((way, answer) -> error(answer, 400, "invalid_target"));
    }

    @Test
    void a_key_that_is_none_is_refused_as_a_token_that_is_none() {
        String changed = text.substring(0, text.length() - 1) + (text.endsWith("a") ? "b" : "a");
        error(doors.exchange(KeyDoors.BACKEND, changed, Map.of()), 400, "invalid_request");
        error(doors.grant(KeyDoors.BACKEND, changed, Map.of()), 400, "invalid_grant");
        error(doors.grant(KeyDoors.BACKEND, "", Map.of()), 400, "invalid_request");
        error(doors.tokenEndpoint(KeyDoors.BACKEND, Map.of("grant_type", KeyDoors.GRANT)), 400, "invalid_request");
        error(
                doors.exchange(KeyDoors.BACKEND, text, Map.of("actor_token", "x", "actor_token_type", "y")),
                400,
                "invalid_request");
        error(
                doors.exchange(
                        KeyDoors.BACKEND,
                        text,
                        Map.of("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")),
                400,
                "invalid_request");
        error(
                doors.exchange(
                        KeyDoors.BACKEND,
                        text,
                        Map.of("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")),
                400,
                "invalid_request");
        error(doors.exchange(KeyDoors.BACKEND, text, Map.of("requested_subject", "john")), 400, "invalid_request");
    }

    @Test
    void T8_clients_that_have_not_opted_in_get_none() {
        doors.client(
                "no-keys", client -> client.withObject("/attributes").put("mint.capabilities", "accounts, api-key"));
        both("no-keys", text, Map.of()).forEach((way, answer) -> error(answer, 400, "unauthorized_client"));
        doors.client("wide-keys", client -> client.put("fullScopeAllowed", true));
        both("wide-keys", text, Map.of()).forEach((way, answer) -> error(answer, 400, "unauthorized_client"));
        both(KeyDesk.APP, text, Map.of()).forEach((way, answer) -> error(answer, 400, "unauthorized_client"));
        realm.clientAttribute(KeyDesk.APP, "mint.exchange.public", "true");
        try {
            both(KeyDesk.APP, text, Map.of())
                    .forEach(
                            (way, answer) -> assertThat(answer.status()).as(way).isEqualTo(200));
        } finally {
            realm.clientAttribute(KeyDesk.APP, "mint.exchange.public", null);
        }
        assertThat(doors.tokenEndpoint(
                                "admin-cli", Map.of("grant_type", KeyDoors.GRANT, "api_key", text, "username", "x"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_token_ends_when_its_client_opts_out() {
        doors.client("passing", client -> {});
        String token = doors.grant("passing", text, Map.of())
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(doors.active(token)).isTrue();
        realm.clientAttribute("passing", "mint.capabilities", null);
        assertThat(doors.active(token)).isFalse();
    }

    /** The token endpoint takes the proof; the bundle's own endpoint has none to take. */
    @Test
    void a_client_whose_tokens_are_bound_to_a_key_gets_no_others() {
        doors.client("bound", client -> client.withObject("/attributes").put("dpop.bound.access.tokens", "true"));
        both("bound", text, Map.of()).forEach((way, answer) -> error(answer, 400, "invalid_request"));
        realm.clientAttribute(KeyDesk.APP, "dpop.bound.access.tokens", "true");
        try {
            assertThat(doors.token(text).body()).isEqualTo(KeyDesk.FORBIDDEN);
            assertThat(doors.accountToken("acme", text).body()).isEqualTo(KeyDesk.FORBIDDEN);
        } finally {
            realm.clientAttribute(KeyDesk.APP, "dpop.bound.access.tokens", null);
        }
    }

    /** To a policy for token exchange, the bundle's own grant is one. */
    @Test
    void client_policies_are_asked_either_way() {
        realm.put(
                        "/client-policies/profiles",
                        Json.parse("{\"profiles\":[{\"name\":\"no\",\"executors\":["
                                + "{\"executor\":\"reject-request\",\"configuration\":{}}]}]}"))
                .expect(204);
        realm.put(
                        "/client-policies/policies",
                        Json.parse("{\"policies\":[{\"name\":\"no\",\"enabled\":true,\"profiles\":[\"no\"],"
                                + "\"conditions\":[{\"condition\":\"grant-type\",\"configuration\":{\"grant_types\":[\""
                                + KeyDoors.EXCHANGE + "\"]}}]}]}"))
                .expect(204);
        try {
            both(KeyDoors.BACKEND, text, Map.of()).forEach((way, answer) -> {
                error(answer, 400, "invalid_request");
                assertThat(answer.body()).as(way).contains("Request not allowed");
            });
        } finally {
            realm.put("/client-policies/policies", Json.parse("{\"policies\":[]}"))
                    .expect(204);
        }
        doors.grant(KeyDoors.BACKEND, text, Map.of()).expect(200);
    }

    @Test
    void introspection_answers_for_a_key_whatever_is_hinted_at() {
        for (String hint : List.of("", "api_key", "access_token", "refresh_token", "requesting_party_token")) {
            Map<String, String> form = new LinkedHashMap<>(Map.of("token", text));
            if (!hint.isEmpty()) {
                form.put("token_type_hint", hint);
            }
            JsonNode answer = doors.introspect(KeyDesk.API, form).expect(200).json();
            assertThat(answer.path("active").asBoolean()).as(hint + answer).isTrue();
            assertThat(answer.path("sub").asText()).isEqualTo(realm.userId(KeyDesk.JANE));
            assertThat(answer.path("key_id")).isEqualTo(key.path("id"));
            assertThat(answer.path("account_id").asText()).isEqualTo(desk.acme());
            assertThat(answer.path("role").asText()).isEqualTo("owner");
            assertThat(answer.path("client_id").asText()).isEqualTo(KeyDesk.APP);
            assertThat(answer.path("aud").asText()).isEqualTo(KeyDesk.API);
            assertThat(answer.path("token_type").asText()).isEqualTo("api_key");
            assertThat(KeyDoors.texts(answer.path("permissions"))).containsExactly("campaigns:read", "templates:read");
            assertThat(answer.has("exp")).isFalse();
        }
        for (JsonNode event : realm.events()) {
            assertThat(Json.text(event)).doesNotContain(text.substring(text.lastIndexOf('_') + 1));
        }
    }

    @Test
    void introspection_says_no_more_than_inactive() {
        doors.client("unlisted-api", client -> client.withObject("/attributes").put("mint.permissions", "true"));
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("none of its permissions", doors.introspect("unlisted-api", Map.of("token", text)));
        answers.put("no resource server", doors.introspect(KeyDoors.BACKEND, Map.of("token", text)));
        answers.put("changed", doors.introspect(KeyDesk.API, Map.of("token", text + "x")));
        answers.put("only its beginning", doors.introspect(KeyDesk.API, Map.of("token", "km_")));
        answers.put("long", doors.introspect(KeyDesk.API, Map.of("token", "km_" + "x".repeat(100_000))));
        try (TestRealm elsewhere = TestRealm.create()) {
            KeyDesk there = new KeyDesk(elsewhere);
            String foreign = there.created(KeyDesk.JANE, there.inAcme("campaigns:read"))
                    .path("key")
                    .asText();
            answers.put("another realm's", doors.introspect(KeyDesk.API, Map.of("token", foreign)));
            error(doors.grant(KeyDoors.BACKEND, foreign, Map.of()), 400, "invalid_grant");
            assertThat(doors.token(foreign).status()).isEqualTo(401);
        }
        realm.clientAttribute(KeyDesk.API, "mint.capabilities", null);
        answers.put("not opted in", doors.introspect(KeyDesk.API, Map.of("token", text)));
        realm.clientAttribute(KeyDesk.API, "mint.capabilities", "api-keys");
        answers.forEach((what, answer) -> {
            assertThat(answer.status()).as(what).isEqualTo(200);
            assertThat(answer.body()).as(what).isEqualTo("{\"active\":false}");
        });
        assertThat(doors.introspect(KeyDesk.APP, Map.of("token", text)).status())
                .as("a public client")
                .isIn(401, 403);
        assertThat(doors.active(text)).isTrue();
    }

    private static void error(Answer answer, int status, String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().path("error").asText()).isEqualTo(error);
        assertThat(answer.body()).doesNotContain("km_");
    }
}
