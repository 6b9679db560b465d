package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an app's developers see when everything is right. */
class SignInIT {

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

    @Test
    void the_seeds_curl_flow_answers_field_for_field() {
        Answer csrf = access.csrf(Access.ORIGIN).expect(200);
        assertThat(Access.names(csrf.json())).containsExactly("csrf_token", "expires_in");
        assertThat(csrf.json().path("expires_in").intValue()).isEqualTo(600);
        ObjectNode body = Access.credentials("jane@example.com", TestRealm.PASSWORD)
                .put("csrf_token", csrf.json().path("csrf_token").asText());
        Answer answer = access.signInFromPage(Access.ORIGIN, body);
        JsonNode session = answer.expect(200).json();
        assertThat(answer.headers("cache-control")).containsExactly("no-store");
        assertThat(answer.headers("access-control-allow-origin")).containsExactly(Access.ORIGIN);
        assertThat(answer.headers("access-control-allow-credentials")).containsExactly("true");
        assertThat(Access.names(session)).containsExactly("profile", "tokens");
        JsonNode profile = session.path("profile");
        assertThat(Access.names(profile))
                .containsExactly("id", "email", "name", "email_verified", "active_membership", "memberships");
        assertThat(profile.path("id").asText()).isEqualTo(realm.userId("jane@example.com"));
        assertThat(profile.path("email").asText()).isEqualTo("jane@example.com");
        assertThat(profile.path("name").asText()).isEqualTo("Jane Doe");
        assertThat(profile.path("email_verified").booleanValue()).isTrue();
        JsonNode active = profile.path("active_membership");
        assertThat(Access.names(active)).containsExactly("account_id", "account_name", "alias", "role", "permissions");
        assertThat(active.path("account_name").asText()).isEqualTo("Acme Inc.");
        assertThat(active.path("alias").asText()).isEqualTo("acme");
        assertThat(active.path("role").asText()).isEqualTo("owner");
        assertThat(active.path("permissions").toString())
                .isEqualTo("[\"campaigns:read\",\"campaigns:write\",\"templates:read\",\"templates:write\"]");
        assertThat(profile.path("memberships")).hasSize(2);
        assertThat(profile.path("memberships").get(0)).isEqualTo(active);
        JsonNode tokens = session.path("tokens");
        assertThat(Access.names(tokens))
                .containsExactly("access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in");
        assertThat(tokens.path("token_type").asText()).isEqualTo("Bearer");
        assertThat(tokens.path("expires_in").intValue()).isEqualTo(86_400);
        assertThat(tokens.path("refresh_expires_in").intValue()).isBetween(604_790, 604_800);
        JsonNode claims = Jwt.payload(Access.accessToken(session));
        assertThat(claims.path("sub").asText()).isEqualTo(profile.path("id").asText());
        assertThat(claims.path("azp").asText()).isEqualTo(Access.CLIENT);
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(200);
    }

    @Test
    void a_server_needs_neither_origin_nor_csrf_token() {
        Answer answer = access.signIn("john@example.com", TestRealm.PASSWORD).expect(200);
        assertThat(answer.headers("set-cookie")).isEmpty();
        assertThat(answer.headers("access-control-allow-origin")).isEmpty();
        assertThat(answer.json()
                        .path("profile")
                        .path("active_membership")
                        .path("role")
                        .asText())
                .isEqualTo("member");
    }

    @Test
    void a_user_without_an_account_has_no_membership() {
        JsonNode profile = access.signedIn("max@example.com").path("profile");
        assertThat(profile.path("active_membership").isNull()).isTrue();
        assertThat(profile.path("memberships")).isEmpty();
    }

    @Test
    void the_asked_account_is_the_active_one_by_id_and_by_alias() {
        JsonNode first = access.signedIn("jane@example.com").path("profile");
        String globex = first.path("memberships").get(1).path("account_id").asText();
        for (String asked : List.of(globex, "globex")) {
            JsonNode profile = access.post(
                            "sign-in",
                            Access.credentials("jane@example.com", TestRealm.PASSWORD)
                                    .put("account_id", asked))
                    .expect(200)
                    .json()
                    .path("profile");
            assertThat(profile.path("active_membership").path("account_id").asText())
                    .isEqualTo(globex);
            assertThat(profile.path("active_membership").path("role").asText()).isEqualTo("member");
            assertThat(profile.path("memberships").get(0)).isEqualTo(profile.path("active_membership"));
            assertThat(profile.path("memberships")).hasSize(2);
        }
    }

    @Test
    void an_email_is_found_however_it_is_spelled() {
        JsonNode session = access.signIn("  Jane@EXAMPLE.com ", TestRealm.PASSWORD)
                .expect(200)
                .json();
        assertThat(session.path("profile").path("email").asText()).isEqualTo("jane@example.com");
    }

    @Test
    void the_email_decides_and_not_a_username_that_looks_like_it() {
        String email = "owner-" + Random.name() + "@example.com";
        String owner = realm.createUser(email, user -> user.put("username", "plain" + Random.name()));
        String squatter = "squat-" + Random.name() + "@example.com";
        // an email that nobody has, as somebody's username
        realm.createUser(squatter, user -> user.put("username", "taken-" + squatter));
        assertThat(access.signedIn(email).path("profile").path("id").asText()).isEqualTo(owner);
        assertThat(access.signIn("taken-" + squatter, TestRealm.PASSWORD).status())
                .isEqualTo(401);
        assertThat(access.signIn(squatter, TestRealm.PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void where_emails_are_no_login_names_the_email_still_finds_its_user() {
        try (TestRealm other = TestRealm.create(representation -> representation.put("loginWithEmailAllowed", false))) {
            String email = "u" + Random.name() + "@example.com";
            String id = other.createUser(email, user -> user.put("username", "name" + Random.name()));
            JsonNode session = new Access(other).signedIn(email);
            assertThat(session.path("profile").path("id").asText()).isEqualTo(id);
        }
    }

    @Test
    void a_confidential_client_signs_its_users_in_with_its_secret() {
        String clientId = "server-" + Random.name();
        ObjectNode client = realm.client(Access.CLIENT).deepCopy();
        client.remove(List.of("id", "secret"));
        client.put("clientId", clientId).put("publicClient", false);
        client.withObject("/attributes").remove("pkce.code.challenge.method");
        realm.createClient(client);
        ObjectNode body =
                Access.credentials("jane@example.com", TestRealm.PASSWORD).put("client_id", clientId);
        JsonNode session = access.post("sign-in")
                .basic(clientId, realm.clientSecret(clientId))
                .json(body)
                .send()
                .expect(200)
                .json();
        // HTTP/2 and many clients send names of headers in lower case
        String pair = clientId + ":" + realm.clientSecret(clientId);
        access.post("sign-in")
                .header(
                        "authorization",
                        "Basic "
                                + Secrets.remember(
                                        Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))))
                .json(body)
                .send()
                .expect(200);
        Access.refused(access.post("sign-in", body), 401, "unauthorized");
        Access.refused(
                access.post("sign-in")
                        .basic(clientId, Random.secret())
                        .json(body)
                        .send(),
                401,
                "unauthorized");
        // nor does it refresh without
        ObjectNode refresh = Json.object("refresh_token", Access.refreshToken(session));
        Access.refused(access.post("refresh", refresh), 401, "unauthorized");
        Access.refused(access.post("refresh", refresh.deepCopy().put("client_id", clientId)), 401, "unauthorized");
        access.post("refresh")
                .basic(clientId, realm.clientSecret(clientId))
                .json(refresh.put("client_id", clientId))
                .send()
                .expect(200);
    }

    @Test
    void a_session_is_seen_by_admins_with_one_login_event_and_one_audit_line() {
        String email = "seen-" + Random.name() + "@example.com";
        String id = realm.createUser(email, user -> {});
        AuditLog log = new AuditLog(realm.server());
        int mark = log.mark();
        JsonNode session = access.signedIn(email);
        assertThat(realm.get("/users/" + id + "/sessions").expect(200).json()).hasSize(1);
        List<JsonNode> events = realm.events("LOGIN").stream()
                .filter(event -> event.path("userId").asText().equals(id))
                .toList();
        assertThat(events).hasSize(1);
        JsonNode event = events.get(0);
        assertThat(event.path("clientId").asText()).isEqualTo(Access.CLIENT);
        assertThat(event.path("sessionId").asText())
                .isEqualTo(Jwt.payload(Access.accessToken(session)).path("sid").asText());
        assertThat(event.path("details").path("auth_method").asText()).isEqualTo("openid-connect");
        assertThat(event.path("details").path("grant_type").asText()).isEqualTo("password");
        assertThat(event.path("details").path("username").asText()).isEqualTo(email);
        assertThat(event.path("details").path("capability").asText()).isEqualTo("sign-in");
        log.await(line -> line.path("userId").asText().equals(id));
        assertThat(log.since(mark).stream()
                        .filter(line -> line.path("capability").asText().equals("sign-in"))
                        .filter(line -> line.path("email").asText().equals(email)))
                .singleElement()
                .satisfies(line -> assertThat(line.path("outcome").asText()).isEqualTo("success"));
    }

    @Test
    void it_answers_at_the_servers_root_as_the_seeds_curl_calls_it() {
        try (TestRealm rooted = TestRealm.create(
                representation -> representation.withObject("/attributes").put("mint.platform-id", "77001"))) {
            ObjectNode body =
                    Access.credentials("jane@example.com", TestRealm.PASSWORD).put("platformId", rooted.platformId());
            JsonNode session = Http.post(rooted.server().url("/auth/sign-in"))
                    .json(body)
                    .send()
                    .expect(200)
                    .json();
            assertThat(session.path("profile").path("email").asText()).isEqualTo("jane@example.com");
            Http.post(rooted.server().url("/" + rooted.name() + "/auth/sign-in"))
                    .json(body)
                    .send()
                    .expect(200);
        }
    }
}
