package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private record Door(String method, String path) {}

    static List<Door> walls() {
        String r = "/realms/" + realm.name();
        String a = "/admin/realms/" + realm.name();
        return List.of(
                new Door("GET", a),
                new Door("GET", a + "/users"),
                new Door("POST", a + "/users"),
                new Door("PUT", a + "/users/" + userId),
                new Door("PUT", a + "/users/" + userId + "/reset-password"),
                new Door("GET", a + "/clients"),
                new Door("GET", a + "/mint/mints"),
                new Door("DELETE", a + "/mint/mints/x"),
                new Door("GET", a + "/mint/api-keys"),
                new Door("GET", "/admin/realms"),
                new Door("GET", "/admin/serverinfo"),
                new Door("GET", "/admin/" + realm.name() + "/console/whoami"),
                new Door("GET", r + "/account"),
                new Door("POST", r + "/account"),
                new Door("GET", r + "/account/credentials"),
                new Door("GET", r + "/account/sessions"),
                new Door("DELETE", r + "/account/sessions"),
                new Door("GET", r + "/account/applications"),
                new Door("GET", r + "/account/linked-accounts"),
                new Door("GET", r + "/authz/protection/resource_set"),
                new Door("POST", r + "/authz/protection/permission"),
                new Door("GET", r + "/broker/google/token"),
                new Door("POST", r + "/clients-registrations/default"),
                new Door("GET", r + "/clients-registrations/default/wide"),
                new Door("PUT", r + "/clients-registrations/default/wide"),
                new Door("DELETE", r + "/clients-registrations/default/wide"),
                new Door("POST", r + "/clients-registrations/openid-connect"),
                new Door("GET", r + "/clients-registrations/openid-connect/wide"),
                new Door("GET", r + "/clients-registrations/install/wide"),
                new Door("POST", r + "/clients-registrations/saml2-entity-descriptor"));
    }

    private static Answer knock(Door door, String bearer) {
        Http request = Http.request(door.method(), realm.server().url(door.path()))
                .bearer(bearer)
                .header("Accept", "application/json");
        if (door.path().endsWith("saml2-entity-descriptor")) {
            request.body("application/xml", "<EntityDescriptor/>");
        } else if (!door.method().equals("GET")) {
            request.json(Map.of());
        }
        return request.send();
    }

    @ParameterizedTest
    @MethodSource("walls")
    void neither_the_key_nor_a_token_of_it_gets_through(Door door) {
        // what a refused token is answered with there; any other status could come from behind the wall
        int refused = door.path().contains("/authz/") ? 403 : door.path().contains("/broker/") ? 400 : 401;
        for (String bearer : List.of(token, ofAccount)) {
            Answer answer = knock(door, bearer);
            assertThat(answer.status()).as(answer.body()).isEqualTo(refused);
            assertThat(answer.body()).doesNotContain("wide-wide");
        }
        assertThat(knock(door, key).status()).isIn(400, 401, 403);
    }

    /** Contract section 9: a key can't make keys, mint or change credentials, by itself or by a token of it. */
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
        calls.forEach((call, body) -> {
            String[] parts = call.split(" ");
            for (String bearer : List.of(token, ofAccount)) {
                Http request = Http.request(parts[0], realm.url(parts[1])).bearer(bearer);
                int status =
                        (body.isEmpty() ? request : request.json(body)).send().status();
                assertThat(status).as(call).isIn(401, 403);
            }
            if (!parts[1].endsWith("/token")) {
                Http byKey = Http.request(parts[0], realm.url(parts[1])).header("X-API-KEY", key);
                assertThat((body.isEmpty() ? byKey : byKey.json(body)).send().status())
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

    /** Nobody signs in as the user who stands for an account. */
    @Test
    void the_user_of_an_account_can_not_sign_in() {
        String name = "mint:account:" + desk.acme();
        assertThat(realm.token(
                                KeyDesk.APP,
                                Map.of(
                                        "grant_type",
                                        "password",
                                        "username",
                                        name,
                                        "password",
                                        TestRealm.PASSWORD,
                                        "scope",
                                        "openid"))
                        .status())
                .isIn(400, 401);
        assertThat(Http.post(realm.url("/auth/password-reset"))
                        .json(Json.object("client_id", KeyDesk.APP, "email", name))
                        .send()
                        .status())
                .isIn(202, 400);
    }
}
