package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
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

/** T35: the identity JWT of an administrator whose client is as wide as can be is refused at every door of the server. */
@Tag("once")
class IdentityJwtWallsIT {

    private static TestRealm realm;
    private static Gate gate;
    private static String jwt;
    private static String userId;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        gate = new Gate(realm);
        userId = realm.userId(Gate.JANE);
        realm.assignClientRole(userId, "realm-management", "realm-admin");
        realm.updateClient(Gate.API, client -> client.put("secret", Secrets.remember(Random.secret())));
        realm.createClient(Json.object(
                "clientId",
                "protected",
                "secret",
                Secrets.remember(Random.secret()),
                "serviceAccountsEnabled",
                true,
                "authorizationServicesEnabled",
                true,
                "publicClient",
                false));
        jwt = fresh();
        realm.updateClient(Gate.APP, client -> client.put("fullScopeAllowed", true));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String fresh() {
        return Secrets.remember(
                Gate.identity(gate.verify("?audience=" + Gate.encoded(Gate.API), gate.session(Gate.JANE)))
                        .get(5));
    }

    private record Door(String method, String path, int refused) {}

    static List<Door> doors() {
        String r = "/realms/" + realm.name();
        String a = "/admin/realms/" + realm.name();
        return List.of(
                new Door("GET", a, 401),
                new Door("POST", a + "/users", 401),
                new Door("GET", a + "/mint/mints", 401),
                new Door("GET", a + "/mint/cookie-keys?client_id=" + Gate.APP, 401),
                new Door("GET", "/admin/realms", 401),
                new Door("GET", "/admin/serverinfo", 401),
                new Door("GET", r + "/account", 401),
                new Door("POST", r + "/account", 401),
                new Door("DELETE", r + "/account/sessions", 401),
                new Door("GET", r + "/authz/protection/resource_set", 403),
                new Door("GET", r + "/broker/google/token", 400),
                new Door("POST", r + "/clients-registrations/default", 401),
                new Door("POST", r + "/clients-registrations/openid-connect", 401),
                new Door("GET", r + "/clients-registrations/install/" + Gate.APP, 401),
                new Door("GET", r + "/protocol/openid-connect/userinfo", 401),
                new Door("GET", r + "/api/auth/verify", 401),
                new Door("GET", r + "/api/auth/me", 401),
                new Door("POST", r + "/api/auth/embed-ticket", 401),
                new Door("POST", r + "/api/accounts/acme/token", 401),
                new Door("GET", r + "/api/accounts", 401),
                new Door("GET", r + "/api/api-keys", 401),
                new Door("POST", r + "/api/api-keys", 401),
                new Door("POST", r + "/auth/change-password", 401),
                new Door("POST", "/api/accounts/acme/token", 404),
                new Door("GET", "/api/auth/verify", 404));
    }

    @ParameterizedTest
    @MethodSource("doors")
    void it_is_refused_at(Door door) {
        Http request = Http.request(door.method(), realm.server().url(door.path()))
                .bearer(jwt)
                .header("Accept", "application/json");
        if (!door.method().equals("GET")) {
            request.json(Map.of());
        }
        Answer answer = request.send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(door.refused());
    }

    @Test
    void the_gateway_takes_it_in_none_of_its_places() {
        assertThat(gate.verify("").header("token", jwt).send().status()).isEqualTo(401);
        assertThat(gate.verify("").header("X-API-KEY", jwt).send().status()).isEqualTo(401);
        assertThat(gate.verify("").header("Cookie", "token=" + jwt).send().status())
                .isEqualTo(401);
        assertThat(gate.verify("")
                        .header("Cookie", "KEYCLOAK_IDENTITY=" + jwt)
                        .send()
                        .status())
                .isEqualTo(401);
    }

    @Test
    void introspection_says_that_it_is_not_active() {
        for (String hint : List.of("access_token", "requesting_party_token", "refresh_token")) {
            Answer answer = Http.post(realm.url("/protocol/openid-connect/token/introspect"))
                    .basic(Gate.API, realm.clientSecret(Gate.API))
                    .form(Map.of("token", jwt, "token_type_hint", hint))
                    .send();
            assertThat(answer.body()).as(hint).doesNotContain("\"active\":true").doesNotContain(Gate.JANE);
        }
    }

    @Test
    void the_token_endpoint_makes_nothing_of_it() {
        Map<String, Map<String, String>> forms = new LinkedHashMap<>();
        forms.put("refresh", Map.of("grant_type", "refresh_token", "refresh_token", jwt));
        forms.put(
                "uma",
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:uma-ticket",
                        "audience",
                        "protected",
                        "subject_token",
                        jwt));
        forms.put("assertion", Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", jwt));
        for (String type : List.of("access_token", "jwt", "id_token")) {
            forms.put(
                    "exchange of " + type,
                    Map.of(
                            "grant_type",
                            "urn:ietf:params:oauth:grant-type:token-exchange",
                            "subject_token",
                            jwt,
                            "subject_token_type",
                            "urn:ietf:params:oauth:token-type:" + type,
                            "audience",
                            Gate.API,
                            "account_id",
                            "acme"));
        }
        forms.forEach((as, form) -> {
            Answer answer = realm.token("protected", form);
            assertThat(answer.status()).as(as + answer.body()).isIn(400, 401, 403);
            assertThat(answer.body()).as(as).doesNotContain("access_token");
        });
    }

    @Test
    void it_ends_no_session() {
        gate.session(Gate.JANE);
        int sessions =
                realm.get("/users/" + userId + "/sessions").expect(200).json().size();
        Http.get(URI.create(realm.url("/protocol/openid-connect/logout") + "?id_token_hint=" + jwt))
                .send();
        assertThat(Http.post(realm.url("/auth/sign-out"))
                        .json(Json.object("refresh_token", jwt))
                        .send()
                        .status())
                .isNotIn(404, 405);
        assertThat(realm.get("/users/" + userId + "/sessions")
                        .expect(200)
                        .json()
                        .size())
                .isEqualTo(sessions)
                .isPositive();
    }
}
