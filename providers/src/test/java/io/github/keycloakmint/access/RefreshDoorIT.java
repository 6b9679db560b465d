package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code POST /auth/refresh}: what it answers, and what is no refresh token (contract section 6; T25, T32). */
class RefreshDoorIT {

    private static TestRealm realm;
    private static Access access;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void bad(Answer answer, String what) {
        Access.refused(answer, 401, "unauthorized", what);
        assertThat(answer.body())
                .as(what)
                .isEqualTo("{\"error\":\"unauthorized\",\"message\":\"Invalid or expired token\"}");
    }

    @Test
    void it_answers_tokens_field_for_field_and_keeps_session_and_scope() {
        JsonNode session = access.signedIn("jane@example.com");
        JsonNode tokens =
                access.refresh(Access.refreshToken(session)).expect(200).json();
        assertThat(Access.names(tokens))
                .containsExactly("access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in");
        assertThat(tokens.path("token_type").asText()).isEqualTo("Bearer");
        String accessToken = tokens.path("access_token").asText();
        assertThat(realm.userinfo(accessToken).status()).isEqualTo(200);
        assertThat(Jwt.payload(accessToken).path("sid"))
                .isEqualTo(Jwt.payload(Access.accessToken(session)).path("sid"));
        assertThat(Jwt.payload(accessToken).path("scope").asText().split(" ")).contains("openid");
        // and with the client named
        access.post(
                        "refresh",
                        Json.object(
                                "refresh_token", tokens.path("refresh_token").asText(), "client_id", Access.CLIENT))
                .expect(200);
    }

    @Test
    void a_page_needs_its_clients_origin_and_no_csrf_token() {
        String refreshToken = Access.refreshToken(access.signedIn("john@example.com"));
        Answer answer = access.post("refresh")
                .header("Origin", Access.ORIGIN)
                .json(Json.object("refresh_token", refreshToken))
                .send()
                .expect(200);
        assertThat(answer.headers("access-control-allow-origin")).containsExactly(Access.ORIGIN);
        assertThat(answer.headers("set-cookie")).isEmpty();
        String clientId = copy(client -> client.putArray("webOrigins").add("https://other.example"));
        assertThat(clientId).isNotBlank();
        Access.refused(
                access.post("refresh")
                        .header("Origin", "https://other.example")
                        .json(Json.object(
                                "refresh_token",
                                answer.json().path("refresh_token").asText()))
                        .send(),
                403,
                "forbidden");
        access.refresh(answer.json().path("refresh_token").asText()).expect(200);
    }

    private static String copy(Consumer<ObjectNode> changes) {
        String clientId = "copy-" + Random.name();
        ObjectNode client = realm.client(Access.CLIENT).deepCopy();
        client.remove(List.of("id", "secret"));
        client.put("clientId", clientId);
        changes.accept(client);
        realm.createClient(client);
        return clientId;
    }

    @Test
    void what_is_no_refresh_token_of_a_live_session_is_401() {
        JsonNode session = access.signedIn("jane@example.com");
        String good = Access.refreshToken(session);
        bad(access.refresh(Access.accessToken(session)), "access token");
        for (String text : List.of(
                "x", "x.y.z", good + "x", good.substring(0, good.length() - 4), "eyJhbGciOiJIUzI1NiJ9.bnVsbA.AA")) {
            bad(access.refresh(text), text);
        }
        try (TestRealm other = TestRealm.create()) {
            bad(new Access(other).refresh(good), "of another realm");
        }
        String email = "out-" + Random.name() + "@example.com";
        String id = realm.createUser(email, user -> {});
        String ended = Access.refreshToken(access.signedIn(email));
        realm.post("/users/" + id + "/logout", Json.object()).expect(204);
        bad(access.refresh(ended), "session ended by an admin");
        String disabled = Access.refreshToken(access.signedIn(email));
        realm.updateUser(id, user -> user.put("enabled", false));
        bad(access.refresh(disabled), "user disabled");
        access.refresh(good).expect(200);
    }

    @Test
    void a_refresh_token_is_not_an_access_token() {
        String refreshToken = Access.refreshToken(access.signedIn("jane@example.com"));
        assertThat(realm.userinfo(refreshToken).status()).isEqualTo(401);
    }

    @Test
    void T32_without_a_client_id_only_clients_that_opted_in_and_are_public() {
        String notOptedIn = copy(client -> client.withObject("/attributes").put("mint.capabilities", "accounts"));
        String token = refreshTokenAtKeycloak(notOptedIn, "openid");
        bad(access.refresh(token), "not opted in");
        bad(
                access.post("refresh", Json.object("refresh_token", token, "client_id", notOptedIn)),
                "not opted in, named");
        String optedIn = copy(client -> {});
        String other = refreshTokenAtKeycloak(optedIn, "openid");
        bad(
                access.post("refresh", Json.object("refresh_token", other, "client_id", Access.CLIENT)),
                "of another client");
        bad(access.post("refresh", Json.object("refresh_token", other, "client_id", "nobody")), "unknown client");
        access.refresh(other).expect(200);
    }

    @Test
    void T25_an_offline_token_is_refused() {
        String clientId = copy(client -> client.putArray("optionalClientScopes").add("offline_access"));
        String offline = refreshTokenAtKeycloak(clientId, "openid offline_access");
        assertThat(Jwt.payload(offline).path("typ").asText()).isEqualTo("Offline");
        bad(access.refresh(offline), "offline");
    }

    private static String refreshTokenAtKeycloak(String clientId, String scope) {
        Answer answer = realm.token(
                clientId,
                Map.of(
                        "grant_type",
                        "password",
                        "username",
                        "jane@example.com",
                        "password",
                        TestRealm.PASSWORD,
                        "scope",
                        scope));
        return Secrets.remember(answer.expect(200).json().path("refresh_token").asText());
    }

    @Test
    void a_body_that_is_no_request_is_400() {
        for (String body : List.of(
                "", "{", "[]", "{}", "{\"refresh_token\":\"\"}", "{\"refresh_token\":null}", "{\"refresh_token\":1}")) {
            Access.refused(access.post("refresh").json(body).send(), 400, "bad_request", body);
        }
    }

    @Test
    void T11_a_bad_token_leaves_no_event() {
        int before = realm.events("REFRESH_TOKEN", "REFRESH_TOKEN_ERROR").size();
        access.refresh("x.y.z");
        assertThat(realm.events("REFRESH_TOKEN", "REFRESH_TOKEN_ERROR")).hasSize(before);
    }

    @Test
    void the_audit_names_the_user() {
        String id = realm.createUser("audited@example.com", user -> {});
        access.refresh(Access.refreshToken(access.signedIn("audited@example.com")))
                .expect(200);
        JsonNode line = new AuditLog(realm.server())
                .await(found -> found.path("userId").asText().equals(id)
                        && found.path("capability").asText().equals("refresh"));
        assertThat(line.path("outcome").asText()).isEqualTo("success");
    }
}
