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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
    private static String acme;

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
        acme = new Gate(realm).organization("acme");
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
        values.put("EMBED_PATH", "/embed");
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

    /** Every mixture of separators: WSGI, CGI, PHP and Rack read them all as the same. */
    private static Set<String> spellings(String name) {
        String[] parts = name.split("-", -1);
        Set<String> all = new LinkedHashSet<>();
        for (int mask = 0; mask < 1 << (parts.length - 1); mask++) {
            StringBuilder spelled = new StringBuilder(parts[0]);
            for (int i = 1; i < parts.length; i++) {
                spelled.append((mask >> (i - 1) & 1) == 0 ? '-' : '_').append(parts[i]);
            }
            all.addAll(List.of(
                    spelled.toString(),
                    spelled.toString().toLowerCase(Locale.ROOT),
                    spelled.toString().toUpperCase(Locale.ROOT)));
        }
        return all;
    }

    /** RFC 9110 section 7.6.1 lets Connection name what a proxy leaves out, and a caller writes it. */
    @ParameterizedTest
    @EnumSource
    void nobody_takes_his_account_out_of_his_identity(Kind kind) {
        String token = door.account(door.session(CookieDoor.JANE), "acme");
        for (String connection : List.of(
                "Connection: close, X-Auth-Account-Id, X-Auth-Role",
                "Connection: X-Auth-Account-Id\r\nConnection: close, x-auth-role",
                "Connection: close\r\nConnection: x-auth-account-id,X-AUTH-ROLE",
                "Connection: close, Upgrade, X-Auth-Account-Id\r\nUpgrade: websocket")) {
            String sent = "GET /board HTTP/1.1\r\nHost: 127.0.0.1\r\n" + connection + "\r\nAuthorization: Bearer "
                    + token + "\r\n\r\n";
            // an app that knows of no WebSocket answers it as a GET
            Answer answer = RawHttp.send(PROXIES.get(kind).url("/"), sent);
            assertThat(answer.status()).as(connection).isEqualTo(200);
            Upstream.Call seen = only();
            assertThat(seen.values("x-auth-account-id").toString())
                    .as(connection)
                    .isEqualTo(List.of(acme).toString());
            assertThat(seen.values("x-auth-role")).as(connection).containsExactly("owner");
        }
    }

    /** nginx keeps 4 or 8 KB of an answer's headers unless it is told otherwise. */
    @ParameterizedTest
    @EnumSource
    void an_identity_of_nearly_all_the_bytes_that_one_may_have_arrives(Kind kind) {
        String email = "many-" + kind.name().toLowerCase(Locale.ROOT) + "@example.com";
        String id = realm.createUser(email, user -> {});
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String role = "p" + i + "-" + "x".repeat(50) + ":" + "y".repeat(60) + kind.ordinal();
            realm.post("/clients/" + realm.clientUuid(CookieDoor.API) + "/roles", Json.object("name", role))
                    .expect(201);
            realm.assignClientRole(id, CookieDoor.API, role);
            roles.add(role);
        }
        // a session's token would name them too, and be more than nginx reads of a caller
        String many = new Gate(realm).key(door.session(email), roles, Map.of());
        get(kind, "/board").header("X-API-KEY", many).send().expect(200);
        assertThat(only().values("x-auth-permissions").get(0)).hasSizeGreaterThan(6_800);
    }

    /** RFC 6455 section 10.2: it begins with a GET that any page may make, and then both sides talk. */
    @ParameterizedTest
    @EnumSource
    void another_sites_page_opens_no_socket_by_a_cookie(Kind kind) {
        String cookie = door.kept(door.session(CookieDoor.JANE));
        for (String page : List.of("https://evil.example", "null", "http://127.0.0.1")) {
            Answer answer = RawHttp.send(
                    PROXIES.get(kind).url("/"),
                    "GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: "
                            + page + "\r\nCookie: " + cookie + "\r\n\r\n");
            refused(answer, 401, page);
        }
    }

    /** A Caddy before Keycloak that does not know the host answers an empty 200, and so does a maintenance page. */
    @Test
    void a_yes_without_an_identity_is_none() {
        Map<String, String> stranger = placeholders(app.address());
        try (ProxyProgram alone = ProxyProgram.caddy(stranger)) {
            Answer answer = Http.get(alone.url("/board"))
                    .bearer(door.session(CookieDoor.JANE))
                    .send();
            assertThat(answer.status()).isEqualTo(502);
            // it was asked as the gateway, and not as the app
            assertThat(only().uri()).endsWith("/api/auth/verify");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_forged_identity_never_reaches_the_app(Kind kind) {
        String token = door.session(CookieDoor.JANE);
        StringBuilder request = new StringBuilder("GET /board HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        for (String name : IDENTITY) {
            for (String spelled : spellings(name)) {
                request.append(spelled).append(": forged\r\n");
            }
        }
        for (String name : List.of("X-Auth-Groups", "X-Auth-Roles", "X-Auth-User", "X-Auth-Request-User")) {
            request.append(name).append(": forged\r\n");
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
        assertThat(seen.uri().replace("&&", "&")).isEqualTo(PAGE + "?a=1&b=2");
        refused(get(kind, PAGE + "?token=" + ticket).send(), 401, "twice");
        for (String path : List.of("/embed", "/embed/", PAGE)) {
            for (String name : List.of("token", "%74oken", "t%6Fk%65n", "%74%6f%6b%65%6e")) {
                get(kind, path + "?a=1&" + name + "=" + token).send().expect(200);
                assertThat(only().uri())
                        .as(path + name)
                        .startsWith(path + "?a=1")
                        .doesNotContain(token);
                get(kind, path + "?" + name + "=" + token + "&token=" + token)
                        .send()
                        .expect(200);
                assertThat(only().uri()).as(path + name + " twice").doesNotContain(token);
            }
        }
        assertThat(PROXIES.get(kind).log()).doesNotContain(ticket, token);
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
            if (kind == Kind.NGINX) {
                // Caddy has no log of requests as shipped, and an error of its own names none either (as tested above)
                String token = door.session(CookieDoor.JANE);
                refused(Http.get(alone.url(PAGE + "?token=" + token)).send(), 500, "embed");
                assertThat(alone.log()).doesNotContain(token);
            }
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
