package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import io.github.keycloakmint.testbed.WallDoor;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * T3, T4: what a token made from a key can't reach, for an owner who became an administrator after it was issued, and with
 * its client widened after it was issued: the worst case, in which only the walls are left.
 */
@Tag("once")
class ApiKeyTokenWallsIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;
    private static String key;
    private static String token;
    private static String ofAccount;
    private static String userId;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
        userId = realm.userId(KeyDesk.JANE);
        key = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"))
                .path("key")
                .asText();
        token = doors.issued(key);
        ofAccount = doors.issued(desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"))
                .path("key")
                .asText());
        realm.assignClientRole(userId, "realm-management", "realm-admin");
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", true));
        realm.createClient(Json.object(
                "clientId",
                "protected",
                "secret",
                "protected-protected-protected-prot",
                "serviceAccountsEnabled",
                true,
                "authorizationServicesEnabled",
                true,
                "publicClient",
                false));
        ObjectNode wide = Json.object(
                "clientId",
                "wide",
                "secret",
                "wide-wide-wide-wide-wide-wide-wide-1",
                "serviceAccountsEnabled",
                true,
                "publicClient",
                false,
                "fullScopeAllowed",
                true);
        wide.withObject("/attributes").put("standard.token.exchange.enabled", "true");
        realm.createClient(wide);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    static List<WallDoor> walls() {
        return WallDoor.of(realm, userId);
    }

    @ParameterizedTest
    @MethodSource("walls")
    void neither_the_key_nor_a_token_of_it_gets_through(WallDoor door) {
        for (String bearer : List.of(token, ofAccount)) {
            Answer answer = door.knock(realm, bearer);
            assertThat(answer.status()).as(answer.body()).isEqualTo(door.refused());
            assertThat(answer.body()).doesNotContain("wide-wide");
        }
        assertThat(door.knock(realm, key).status()).isIn(400, 401, 403);
    }

    private static void narrow(boolean narrow) {
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", !narrow));
    }

    /** Contract section 9: a key can't make keys, mint or change credentials, by itself or by a token of it that is good. */
    @Test
    void the_bundles_own_endpoints_want_a_session() {
        Map<String, String> calls = new LinkedHashMap<>();
        calls.put("POST /api/api-keys", "{\"name\":\"more\",\"permissions\":[]}");
        calls.put("GET /api/api-keys", "");
        calls.put("POST /api/accounts", "{\"name\":\"more\"}");
        calls.put("GET /api/accounts", "");
        calls.put("POST /api/accounts/acme/token", "{\"audience\":\"" + KeyDesk.API + "\"}");
        calls.put(
                "POST /auth/change-password",
                "{\"current_password\":\"" + TestRealm.PASSWORD + "\",\"new_password\":\"correct-horse-2\"}");
        narrow(true);
        try {
            assertThat(doors.verify().bearer(token).send().status()).as("good").isEqualTo(200);
            assertThat(doors.verify().bearer(ofAccount).send().status())
                    .as("good")
                    .isEqualTo(200);
            calls.forEach((call, body) -> {
                int refused = call.contains("change-password") ? 401 : 403;
                for (String bearer : List.of(token, ofAccount)) {
                    assertThat(called(call, body, http -> http.bearer(bearer)))
                            .as(call)
                            .isEqualTo(refused);
                }
                if (!call.endsWith("/token")) {
                    assertThat(called(call, body, http -> http.header("X-API-KEY", key)))
                            .as(call)
                            .isEqualTo(401);
                }
            });
            assertThat(Http.post(realm.url("/api/auth/token-for-email"))
                            .bearer(token)
                            .header("X-API-KEY", key)
                            .json(Json.object("email", KeyDesk.JANE, "platformId", realm.platformId()))
                            .send()
                            .status())
                    .isEqualTo(401);
        } finally {
            narrow(false);
        }
    }

    private static int called(String call, String body, UnaryOperator<Http> credential) {
        String[] parts = call.split(" ");
        Http request = credential.apply(Http.request(parts[0], realm.url(parts[1])));
        return (body.isEmpty() ? request : request.json(body)).send().status();
    }

    @Test
    void userinfo_is_closed_to_it() {
        assertThat(realm.userinfo(token).status()).isEqualTo(403);
        assertThat(realm.userinfo(ofAccount).status()).isEqualTo(403);
    }

    @Test
    void uma_takes_it_neither_as_bearer_nor_as_subject_token() {
        Map<String, String> grant =
                Map.of("grant_type", "urn:ietf:params:oauth:grant-type:uma-ticket", "audience", "protected");
        assertThat(Http.post(realm.url("/protocol/openid-connect/token"))
                        .bearer(token)
                        .form(grant)
                        .send()
                        .status())
                .isIn(400, 401, 403);
        Map<String, String> withSubject = new LinkedHashMap<>(grant);
        withSubject.put("subject_token", token);
        assertThat(realm.token("protected", withSubject).status()).isIn(400, 401, 403);
    }

    /** T5: no exchange of Keycloak's or of the bundle's takes it any further. */
    @Test
    void it_is_no_subject_and_no_actor_of_an_exchange() {
        for (String client : List.of("wide", KeyDoors.BACKEND)) {
            for (Map<String, String> more : List.of(
                    Map.<String, String>of(),
                    Map.of("account_id", "acme", "audience", KeyDesk.API),
                    Map.of("subject_token_type", KeyDoors.KEY_TYPE))) {
                Map<String, String> form = new LinkedHashMap<>();
                form.put("grant_type", KeyDoors.EXCHANGE);
                form.put("subject_token", token);
                form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
                form.putAll(more);
                assertThat(realm.token(client, form).status()).as(client + more).isEqualTo(400);
            }
        }
        assertThat(doors.exchange(KeyDoors.BACKEND, key, Map.of("actor_token", token))
                        .status())
                .isEqualTo(400);
        assertThat(doors.grant(KeyDoors.BACKEND, token, Map.of()).status()).isEqualTo(400);
    }

    @Test
    void it_refreshes_and_ends_no_session() {
        desk.session(KeyDesk.JANE);
        int sessions =
                realm.get("/users/" + userId + "/sessions").expect(200).json().size();
        assertThat(realm.token(KeyDesk.APP, Map.of("grant_type", "refresh_token", "refresh_token", token))
                        .status())
                .isEqualTo(400);
        Http.get(URI.create(realm.url("/protocol/openid-connect/logout") + "?id_token_hint=" + token))
                .send();
        Http.post(realm.url("/protocol/openid-connect/logout"))
                .bearer(token)
                .form(Map.of("client_id", KeyDesk.APP, "refresh_token", token))
                .send();
        assertThat(realm.get("/users/" + userId + "/sessions")
                        .expect(200)
                        .json()
                        .size())
                .isEqualTo(sessions)
                .isPositive();
    }

    /** Its roles are none, whatever its user and its client have become. */
    @Test
    void introspection_gives_it_no_roles() {
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", false));
        String fresh = doors.issued(key);
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", true));
        // a key whose client is too wide is good nowhere, and its tokens are not either (T3)
        assertThat(doors.active(fresh)).isFalse();
        assertThat(doors.token(key).status()).isEqualTo(401);
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", false));
        var live = doors.introspect(fresh);
        assertThat(live.path("active").asBoolean()).as(live.toString()).isTrue();
        assertThat(live.has("realm_access")).isFalse();
        assertThat(live.has("resource_access")).isFalse();
        assertThat(live.path("aud").asText()).isEqualTo(KeyDesk.API);
        realm.updateClient(KeyDesk.APP, client -> client.put("fullScopeAllowed", true));
    }

    /** Nobody signs in as the user who stands for an account, nor can an admin make him one who could. */
    @Test
    void the_user_of_an_account_can_not_sign_in() {
        narrow(true);
        String subject =
                doors.verify().bearer(ofAccount).send().header("X-Auth-User-Id").orElseThrow();
        String email = "subject@example.com";
        // Keycloak's admin REST gives such a user no password
        realm.put(
                        "/users/" + subject + "/reset-password",
                        Json.object("type", "password", "value", TestRealm.PASSWORD, "temporary", false))
                .expect(400);
        realm.updateUser(subject, user -> user.put("email", email).put("emailVerified", true));
        String name = realm.get("/users/" + subject)
                .expect(200)
                .json()
                .path("username")
                .asText();
        for (String login : List.of(name, email)) {
            assertThat(password(login)).as(login).isIn(400, 401);
            assertThat(Http.post(realm.url("/auth/sign-in"))
                            .json(Json.object("client_id", KeyDesk.APP, "email", login, "password", TestRealm.PASSWORD))
                            .send()
                            .status())
                    .as(login)
                    .isIn(400, 401);
        }
        assertThat(password(KeyDesk.JOHN)).as("who may").isEqualTo(200);
        Http.post(realm.url("/auth/sign-in"))
                .json(Json.object("client_id", KeyDesk.APP, "email", KeyDesk.JOHN, "password", TestRealm.PASSWORD))
                .send()
                .expect(200);
        assertThat(realm.post("/users/" + subject + "/impersonation", Json.object())
                        .status())
                .isEqualTo(400);
        // what he was given is taken from him when the account gets its next key; the others here need his token
        desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
        narrow(false);
    }

    private static int password(String login) {
        return realm.token(
                        KeyDesk.APP,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                login,
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                "openid"))
                .status();
    }
}
