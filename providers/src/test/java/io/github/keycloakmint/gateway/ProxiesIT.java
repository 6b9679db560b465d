package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.ProxyProgram;
import io.github.keycloakmint.testbed.RawHttp;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real nginx and a real Caddy, with the shipped files, before a real app. */
@Tag("full")
class ProxiesIT {

    private static final String PAGE = "/embed/board";
    private static final List<String> IDENTITY = List.of(
            "X-Auth-User-Id", "X-Auth-Email", "X-Auth-Account-Id", "X-Auth-Role", "X-Auth-Permissions", "X-Auth-Jwt");

    enum Kind {
        NGINX,
        CADDY
    }

    private static final Map<Kind, ProxyProgram> PROXIES = new EnumMap<>(Kind.class);

    private static KeycloakServer server;
    private static TestRealm realm;
    private static CookieDoor door;
    private static Upstream app;

    @BeforeAll
    static void start() throws IOException {
        // in a container the proxy's address is the engine's bridge
        server = Servers.start(ServerOptions.forTests()
                .with(
                        "--spi-mint-kernel--default--trusted-proxies",
                        "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"));
        realm = TestRealm.create(server, "demo-realm.json", changes -> {});
        door = new CookieDoor(realm);
        app = new Upstream();
        PROXIES.put(Kind.NGINX, ProxyProgram.nginx(placeholders(keycloak())));
        PROXIES.put(Kind.CADDY, ProxyProgram.caddy(placeholders(keycloak())));
    }

    @AfterAll
    static void stop() {
        PROXIES.values().forEach(ProxyProgram::close);
        if (app != null) {
            app.close();
        }
        if (realm != null) {
            realm.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static String keycloak() {
        return "127.0.0.1:" + server.baseUrl().getPort();
    }

    private static Map<String, String> placeholders(String keycloak) {
        Map<String, String> values = new HashMap<>();
        values.put("KEYCLOAK_ADDRESS", keycloak);
        values.put("KEYCLOAK_HOST", server.baseUrl().getAuthority());
        values.put("REALM", realm.name());
        values.put("VERIFY_QUERY", "");
        values.put("APP_ADDRESS", app.address());
        values.put("COOKIE_NAME", "token");
        values.put("EMBED_PATH", "/embed/");
        return values;
    }

    private static Http get(Kind kind, String path) {
        return Http.get(PROXIES.get(kind).url(path));
    }

    private static Upstream.Call only() {
        List<Upstream.Call> calls = app.calls();
        assertThat(calls).hasSize(1);
        return calls.get(0);
    }

    private static void refused(Answer answer, int status, String what) {
        assertThat(answer.status()).as(what + " " + answer.body()).isEqualTo(status);
        assertThat(app.calls()).as(what).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void who_calls_reaches_the_app_and_what_he_showed_does_not(Kind kind) {
        String token = door.account(door.session(CookieDoor.JANE), "acme");
        Answer answer = get(kind, "/board?a=1")
                .bearer(token)
                .header("Cookie", "first=1; token=rubbish; last=2")
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        Upstream.Call seen = only();
        assertThat(seen.uri()).isEqualTo("/board?a=1");
        assertThat(seen.values("x-auth-user-id")).containsExactly(realm.userId(CookieDoor.JANE));
        assertThat(seen.values("x-auth-email")).containsExactly(CookieDoor.JANE);
        assertThat(seen.values("x-auth-role")).containsExactly("owner");
        assertThat(seen.values("x-auth-permissions").get(0)).contains("campaigns:write");
        assertThat(seen.values("cookie").toString()).contains("first=1", "last=2");
        assertThat(seen.toString()).doesNotContain(token, "rubbish", "Bearer");
        Answer doubled =
                get(kind, "/").bearer(token).header("token", token).send().expect(200);
        assertThat(doubled.status()).isEqualTo(200);
        assertThat(only().toString()).doesNotContain(token);
    }

    @ParameterizedTest
    @EnumSource
    void a_forged_identity_never_reaches_the_app(Kind kind) {
        String token = door.session(CookieDoor.JANE);
        StringBuilder request = new StringBuilder("GET /board HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        for (String name : IDENTITY) {
            for (String spelled : List.of(name, name.toLowerCase(java.util.Locale.ROOT), name.replace('-', '_'))) {
                request.append(spelled).append(": forged\r\n");
            }
        }
        String forged = request.toString();
        Answer nobody = RawHttp.send(PROXIES.get(kind).url("/"), forged + "\r\n");
        refused(nobody, 401, "forged alone");
        Answer jane = RawHttp.send(PROXIES.get(kind).url("/"), forged + "Authorization: Bearer " + token + "\r\n\r\n");
        assertThat(jane.status()).isEqualTo(200);
        Upstream.Call seen = only();
        assertThat(seen.headers().toString()).doesNotContain("forged");
        assertThat(seen.values("x-auth-user-id")).containsExactly(realm.userId(CookieDoor.JANE));
    }

    @ParameterizedTest
    @EnumSource
    void refusals_are_what_they_are(Kind kind) {
        Answer nobody = get(kind, "/board").send();
        refused(nobody, 401, "nobody");
        assertThat(nobody.header("www-authenticate").orElse("")).contains("Bearer");
        refused(get(kind, "/board").bearer("rubbish").send(), 401, "rubbish");
        Answer two = get(kind, "/board")
                .bearer(door.session(CookieDoor.JANE))
                .header("token", door.session(CookieDoor.JOHN))
                .send();
        refused(two, 403, "two identities");
        refused(get(kind, "/board?token=" + door.session(CookieDoor.JANE)).send(), 401, "query outside of embed paths");
    }

    @ParameterizedTest
    @EnumSource
    void a_cookie_alone_reads_and_does_not_write(Kind kind) {
        Answer set = Http.post(PROXIES.get(kind).url("/auth/cookie"))
                .header("Origin", CookieDoor.ORIGIN)
                .bearer(door.session(CookieDoor.JANE))
                .json("{}")
                .send();
        assertThat(set.status()).as(set.body()).isEqualTo(200);
        String cookie = CookieDoor.pair(set);
        assertThat(get(kind, "/auth/me")
                        .header("Cookie", cookie)
                        .send()
                        .expect(200)
                        .json()
                        .path("email")
                        .asText())
                .isEqualTo(CookieDoor.JANE);
        get(kind, "/board").header("Cookie", "a=1; " + cookie).send().expect(200);
        Upstream.Call seen = only();
        assertThat(seen.values("x-auth-email")).containsExactly(CookieDoor.JANE);
        assertThat(seen.values("cookie").toString()).contains("a=1").doesNotContain("token=", "eyJ");
        for (String method : List.of("POST", "PUT", "DELETE")) {
            refused(
                    Http.request(method, PROXIES.get(kind).url("/board"))
                            .header("Cookie", cookie)
                            .header("X-Original-Method", "GET")
                            .header("X-Forwarded-Method", "GET")
                            .header("X-HTTP-Method-Override", "GET")
                            .send(),
                    401,
                    method);
        }
        refused(
                Http.post(PROXIES.get(kind).url("/board"))
                        .header("Cookie", cookie)
                        .header("Origin", "https://evil.example")
                        .send(),
                401,
                "another site's page");
        Http.post(PROXIES.get(kind).url("/board"))
                .header("Cookie", cookie)
                .header("Origin", CookieDoor.ORIGIN)
                .send()
                .expect(200);
        assertThat(only().method()).isEqualTo("POST");
    }

    @ParameterizedTest
    @EnumSource
    void a_body_goes_to_the_app_whole(Kind kind) {
        Http.post(PROXIES.get(kind).url("/board"))
                .bearer(door.session(CookieDoor.JANE))
                .body("application/octet-stream", new byte[200_000])
                .send()
                .expect(200);
        assertThat(only().bodyBytes()).isEqualTo(200_000);
    }

    @ParameterizedTest
    @EnumSource
    void a_ticket_opens_its_page_once(Kind kind) {
        String token = door.session(CookieDoor.JANE);
        JsonNode issued = Http.post(PROXIES.get(kind).url("/auth/embed-ticket"))
                .bearer(token)
                .json(Json.object("path", PAGE))
                .send()
                .expect(200)
                .json();
        String ticket = Secrets.remember(issued.path("ticket").asText());
        refused(get(kind, "/embed/other?token=" + ticket).send(), 401, "another path");
        refused(
                get(kind, "/other?token=" + ticket)
                        .header("X-Original-URI", PAGE + "?token=" + ticket)
                        .header("X-Forwarded-Uri", PAGE + "?token=" + ticket)
                        .send(),
                401,
                "claimed path");
        get(kind, PAGE + "?a=1&token=" + ticket + "&b=2").send().expect(200);
        Upstream.Call seen = only();
        assertThat(seen.values("x-auth-email")).containsExactly(CookieDoor.JANE);
        assertThat(seen.uri()).startsWith(PAGE + "?a=1");
        if (kind == Kind.NGINX) {
            assertThat(seen.uri()).isEqualTo(PAGE + "?a=1&b=2");
        }
        refused(get(kind, PAGE + "?token=" + ticket).send(), 401, "twice");
        assertThat(PROXIES.get(kind).log()).doesNotContain(ticket);
    }

    private static String key(ObjectNode changes) {
        ObjectNode body = Json.object("name", "proxy");
        body.putArray("permissions");
        body.setAll(changes);
        return Secrets.remember(Http.post(realm.url("/api/api-keys"))
                .bearer(door.session(CookieDoor.JANE))
                .json(body)
                .send()
                .expect(201)
                .json()
                .path("key")
                .asText());
    }

    @ParameterizedTest
    @EnumSource
    void a_key_is_bound_to_the_address_that_the_proxy_saw(Kind kind) {
        ObjectNode elsewhere = Json.object();
        elsewhere.putArray("allowed_ips").add("203.0.113.7");
        String bound = key(elsewhere);
        for (String claimed :
                List.of("203.0.113.7", "203.0.113.7, 127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7%eth0")) {
            refused(
                    get(kind, "/board")
                            .header("X-API-KEY", bound)
                            .header("X-Forwarded-For", claimed)
                            .header("Forwarded", "for=203.0.113.7")
                            .header("X-Real-IP", "203.0.113.7")
                            .send(),
                    401,
                    claimed);
        }
        ObjectNode here = Json.object();
        here.putArray("allowed_ips").add("127.0.0.1");
        get(kind, "/board")
                .header("X-API-KEY", key(here))
                .header("X-Forwarded-For", "203.0.113.7")
                .send()
                .expect(200);
        assertThat(only().values("x-api-key")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void over_its_limit_a_key_is_refused_with_the_time_to_come_back(Kind kind) {
        ObjectNode limit = Json.object();
        limit.putObject("rate_limit").put("requests", 2).put("seconds", 60);
        String key = key(limit);
        for (int i = 0; i < 2; i++) {
            get(kind, "/board").header("X-API-KEY", key).send().expect(200);
        }
        app.calls();
        Answer over = get(kind, "/board").header("X-API-KEY", key).send();
        refused(over, 403, "over its limit");
        assertThat(over.header("retry-after").orElse("")).matches("\\d+");
    }

    @ParameterizedTest
    @EnumSource
    void without_the_gateway_nobody_gets_in(Kind kind) {
        // a port of the discard service, where nothing listens
        Map<String, String> unreachable = placeholders("127.0.0.1:9");
        try (ProxyProgram alone =
                kind == Kind.NGINX ? ProxyProgram.nginx(unreachable) : ProxyProgram.caddy(unreachable)) {
            Answer answer = Http.get(alone.url("/board"))
                    .bearer(door.session(CookieDoor.JANE))
                    .send();
            refused(answer, kind == Kind.NGINX ? 500 : 502, "unreachable");
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_the_proxy_asks_for_has_to_be_there(Kind kind) {
        Map<String, String> asking = placeholders(keycloak());
        asking.put("VERIFY_QUERY", "permission=campaigns:write&account=acme");
        try (ProxyProgram proxy = kind == Kind.NGINX ? ProxyProgram.nginx(asking) : ProxyProgram.caddy(asking)) {
            Http.get(proxy.url("/board?permission=templates:read"))
                    .bearer(door.session(CookieDoor.JANE))
                    .send()
                    .expect(200);
            app.calls();
            refused(
                    Http.get(proxy.url("/board"))
                            .bearer(door.session(CookieDoor.JOHN))
                            .send(),
                    403,
                    "a member may not write");
        }
    }
}
