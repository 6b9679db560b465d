package io.github.keycloakmint.root;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The root facade: found realms, no shadow on Keycloak's own routes, the same under another {@code http-relative-path},
 * and nothing at all as shipped. The other two servers are started here, since these are options of the server.
 */
class RootFacadeIT {

    private static final String SECRET_HEADER = "X-Tribe-Service-Secret";

    private static Answer mint(KeycloakServer server, String path, ObjectNode body) {
        return Http.post(server.url(path))
                .header(SECRET_HEADER, server.secrets().current())
                .json(body)
                .send();
    }

    /** A new claim to a platform id may take two seconds to be seen. */
    private static Answer mintOnceKnown(KeycloakServer server, String path, ObjectNode body) {
        return Poll.until("platform " + body.path("platformId"), Duration.ofSeconds(15), () -> Optional.of(
                        mint(server, path, body))
                .filter(answer -> answer.status() == 200));
    }

    private static ObjectNode jane(int platformId) {
        return Json.object("email", "jane@example.com", "platformId", platformId);
    }

    @Test
    void the_platform_id_in_the_body_finds_the_realm() {
        try (TestRealm one = TestRealm.create();
                TestRealm two = TestRealm.create()) {
            for (TestRealm realm : List.of(one, two)) {
                JsonNode user = mintOnceKnown(realm.server(), "/api/auth/token-for-email", jane(realm.platformId()))
                        .json()
                        .path("user");
                assertThat(user.path("id").asText()).isEqualTo(realm.userId("jane@example.com"));
            }
        }
    }

    /** Nothing leads to a realm, so there is nobody to ask about the caller. */
    @Test
    void a_call_that_finds_no_realm_is_401() {
        KeycloakServer server = Servers.shared();
        for (Object body : List.of(jane(-77), Json.object("email", "x@example.com"), "{", "")) {
            Answer answer = Http.post(server.url("/api/auth/token-for-email"))
                    .header(SECRET_HEADER, server.secrets().current())
                    .json(body)
                    .send();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().path("error").path("code").asText()).isEqualTo("UNAUTHORIZED");
        }
    }

    @Test
    void unknown_paths_below_the_facade_are_404_in_json() {
        for (String path : List.of("/api", "/api/", "/api/x", "/auth", "/auth/sign-nowhere", "/demo/auth/nowhere")) {
            Answer answer = Http.post(Servers.shared().url(path)).json(Map.of()).send();
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.json().has("error")).as(path).isTrue();
        }
    }

    @Test
    @Tag("once")
    void keycloaks_own_routes_answer_the_same_with_the_facade_on_and_off() {
        KeycloakServer on = Servers.shared();
        try (KeycloakServer off = Servers.start(ServerOptions.bare())) {
            assertThat(routes(on)).isEqualTo(routes(off));
            for (String path : List.of("/api/auth/token-for-email", "/auth/x", "/demo/auth/x")) {
                Answer answer = Http.post(off.url(path)).json(Map.of()).send();
                Answer nowhere =
                        Http.post(off.url("/no-such-thing/x/y")).json(Map.of()).send();
                assertThat(answer.status()).as(path).isEqualTo(nowhere.status());
                assertThat(answer.body()).as(path).isEqualTo(nowhere.body());
            }
            unsetSecretIs401Always(off);
        }
    }

    /** As shipped there is no secret: whatever is sent through the header, and however often. */
    private static void unsetSecretIs401Always(KeycloakServer server) {
        try (TestRealm realm = TestRealm.create(server, "demo-realm.json", changes -> {})) {
            for (String value :
                    List.of("", "null", "undefined", "x".repeat(32), realm.clientSecret("tribe-upstream"))) {
                Answer answer = Http.post(realm.url("/api/auth/token-for-email"))
                        .header(SECRET_HEADER, value)
                        .json(jane(realm.platformId()))
                        .send();
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.body())
                        .isEqualTo("{\"error\":{\"status\":401,\"code\":\"UNAUTHORIZED\",\"message\":"
                                + "\"Invalid service secret\"}}");
            }
        }
    }

    /** Status, type and title of every kind of page that Keycloak answers by itself, in a realm called "auth" too. */
    private static Map<String, String> routes(KeycloakServer server) {
        Admin admin = Admin.of(server);
        admin.post("/admin/realms", Json.object("realm", "auth", "enabled", true))
                .expect(201);
        try {
            Map<String, String> answers = new TreeMap<>();
            List<String> paths = new ArrayList<>(List.of(
                    "/",
                    "/admin",
                    "/admin/",
                    "/admin/master/console/",
                    "/admin/auth/console/",
                    "/admin/serverinfo",
                    "/admin/realms",
                    "/admin/realms/auth",
                    "/realms/master",
                    "/realms/auth",
                    "/realms/auth/.well-known/openid-configuration",
                    "/realms/auth/protocol/openid-connect/certs",
                    "/realms/auth/protocol/openid-connect/auth",
                    "/realms/auth/account",
                    "/realms/auth/login-actions/authenticate",
                    "/realms/auth/clients-registrations/default",
                    "/realms/no-such",
                    "/robots.txt",
                    "/js/keycloak.js",
                    "/resources/x/y/z",
                    "/resources",
                    "/lb-check",
                    "/health",
                    "/metrics",
                    "/.well-known/x",
                    "/favicon.ico",
                    "/welcome",
                    "/master",
                    "/auth/admin",
                    "/admin/auth",
                    "/realms",
                    "/js"));
            for (String path : paths) {
                if (path.equals("/auth/admin")) {
                    continue; // the facade's own prefix: its 404 is worded by the bundle
                }
                Answer answer = Http.get(server.url(path)).send();
                answers.put(
                        path,
                        answer.status() + " " + answer.header("content-type").orElse("-"));
            }
            // forms of a realm whose name is also a word of ours
            for (String path : List.of(
                    "/realms/auth/protocol/openid-connect/token",
                    "/realms/auth/login-actions/authenticate",
                    "/realms/auth/protocol/openid-connect/revoke")) {
                Answer answer = Http.post(server.url(path))
                        .form(Map.of(
                                "grant_type",
                                "password",
                                "client_id",
                                "admin-cli",
                                "username",
                                "x",
                                "password",
                                "y",
                                "token",
                                "z"))
                        .send();
                answers.put(
                        "POST " + path,
                        answer.status() + " "
                                + answer.body().lines().findFirst().orElse(""));
            }
            assertThat(answers.get("POST /realms/auth/protocol/openid-connect/token"))
                    .contains("invalid_grant");
            return answers;
        } finally {
            admin.delete("/admin/realms/auth").expect(204);
        }
    }

    @Test
    @Tag("once")
    void everything_moves_along_with_http_relative_path_and_a_short_secret_opens_nothing() {
        String tooShort = "0123456789abcdef0123456789abcde";
        try (KeycloakServer server = Servers.start(ServerOptions.forTests().withRelativePath("/auth"))) {
            try (TestRealm realm = TestRealm.create(server, "demo-realm.json", changes -> {})) {
                mint(server, "/api/auth/token-for-email", jane(realm.platformId()))
                        .expect(200);
                mint(server, "/realms/" + realm.name() + "/api/auth/token-for-email", jane(realm.platformId()))
                        .expect(200);
                URI root =
                        URI.create(server.baseUrl().toString().replaceAll("/auth$", "") + "/api/auth/token-for-email");
                assertThat(Http.post(root).json(jane(realm.platformId())).send().status())
                        .isEqualTo(404);
            }
            assertThat(Http.get(server.url("/realms/master")).send().status()).isEqualTo(200);
            assertThat(Http.get(server.url("/admin/master/console/")).send().status())
                    .isEqualTo(200);
        }
        ServerOptions weak = ServerOptions.forTests()
                .withEnvironment(ServerOptions.SECRET_VARIABLE, tooShort)
                .withEnvironment(ServerOptions.PREVIOUS_SECRET_VARIABLE, null);
        try (KeycloakServer server = Servers.start(weak);
                TestRealm realm = TestRealm.create(server, "demo-realm.json", changes -> {})) {
            Answer answer =
                    mint(server, "/realms/" + realm.name() + "/api/auth/token-for-email", jane(realm.platformId()));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(server.log()).contains("the secret is shorter than 32 characters");
        }
    }
}
