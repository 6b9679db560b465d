package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.StatementLog;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a trusted proxy can say of the request that it asks about, and how often the database is asked. */
@Tag("once")
class GatewayProxyIT {

    private static final int MANY = 40;
    /** Statements of the call that reads again what was kept. */
    private static final int A_READING = 6;

    /** The realm of the server's root. */
    private static final String ROOT = "gateway-root";

    private static KeycloakServer server;
    private static TestRealm realm;
    private static Gate gate;
    private static String session;

    @BeforeAll
    static void start() {
        server = Servers.trusting();
        // callers from outside may come without TLS: the proxy is one that ends it
        realm = TestRealm.create(server, "demo-realm.json", file -> file.put("sslRequired", "none"));
        gate = new Gate(realm);
        session = gate.session(Gate.JANE);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static int asked(String header, String uri) {
        return gate.verify("").header(header, uri).send().status();
    }

    @Test
    void a_token_in_the_query_is_good_on_embed_paths_alone() {
        for (String header : List.of("X-Original-URI", "X-Forwarded-Uri", "x-envoy-original-path")) {
            for (String path : List.of("/embed", "/embed/", "/embed/board", "/%65mbed/board")) {
                assertThat(asked(header, path + "?a=b&token=" + session + "&c"))
                        .as(path)
                        .isEqualTo(200);
            }
            for (String path : List.of(
                    "/",
                    "/other",
                    "/embedded",
                    "/other/embed",
                    "/embed/../other",
                    "/embed/%2e%2e/other",
                    "/embed%2fboard",
                    "/embed/a%5cb",
                    "/embed/a%252fb",
                    "/embed/%00",
                    "/embed;x/board",
                    "//embed/board",
                    "https://app/embed/board")) {
                assertThat(asked(header, path + "?token=" + session)).as(path).isEqualTo(401);
            }
        }
        assertThat(asked("X-Original-URI", "/embed?token=" + session + "&token=" + session))
                .as("the same twice")
                .isEqualTo(200);
        for (String query : List.of(
                "?token=",
                "?token=x",
                "?token=" + session + "x",
                "?token=" + session + "&token=x",
                "?token=%zz",
                "#token=" + session,
                "?Token=" + session)) {
            assertThat(asked("X-Original-URI", "/embed" + query)).as(query).isEqualTo(401);
        }
        assertThat(gate.verify("?token=" + session).send().status())
                .as("its own")
                .isEqualTo(401);
        assertThat(gate.verify("/embed/board?token=" + session).send().status())
                .as("its own path")
                .isEqualTo(401);
        // elsewhere it is the app's own word: for a link in a mail, say
        assertThat(gate.verify("")
                        .bearer(session)
                        .header("X-Original-URI", "/confirm?token=abc")
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(gate.verify("")
                        .bearer(gate.session(Gate.JOHN))
                        .header("X-Original-URI", "/embed?token=" + session)
                        .send()
                        .status())
                .as("two identities")
                .isEqualTo(403);
    }

    @Test
    void headers_that_disagree_say_nothing() {
        Answer answer = gate.verify("")
                .header("X-Original-URI", "/other?token=" + session)
                .header("X-Forwarded-Uri", "/embed?token=" + session)
                .send();
        assertThat(answer.status()).isEqualTo(401);
        Answer twice = gate.verify("")
                .header("X-Original-URI", "/embed?token=" + session)
                .header("X-Original-URI", "/other")
                .send();
        assertThat(twice.status()).isEqualTo(401);
    }

    @Test
    void a_list_of_embed_paths_that_is_none_opens_nothing() {
        for (String paths : List.of("/embed,embed", "/", "/embed,/a/../b", "/embed,*")) {
            realm.realmAttribute("mint.embed.paths", paths);
            assertThat(asked("X-Original-URI", "/embed?token=" + session))
                    .as(paths)
                    .isEqualTo(401);
        }
        realm.realmAttribute("mint.embed.paths", "/chat , /embed/");
        assertThat(asked("X-Original-URI", "/embed?token=" + session)).isEqualTo(200);
        realm.realmAttribute("mint.embed.paths", "/embed");
    }

    /** T10: an app behind the root's realm is no place for another realm's users, whose ids and names their admins choose. */
    @Test
    void at_the_servers_root_the_place_judges_and_not_the_bearers_realm() {
        Admin admin = Admin.of(server);
        ObjectNode root = Json.object("realm", ROOT, "enabled", true, "sslRequired", "none");
        ObjectNode app = Json.object(
                "clientId",
                "app",
                "enabled",
                true,
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "fullScopeAllowed",
                false);
        app.putObject("attributes").put("mint.capabilities", "gateway");
        root.putArray("clients").add(app);
        ObjectNode user = Json.object(
                "username", "anna", "enabled", true, "firstName", "A", "lastName", "B", "email", "anna@example.com");
        user.putArray("credentials").add(Json.object("type", "password", "value", TestRealm.PASSWORD));
        root.putArray("users").add(user);
        admin.post("/admin/realms", root).expect(201);
        String own = Http.post(server.url("/realms/" + ROOT + "/protocol/openid-connect/token"))
                .form(Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "app",
                        "username",
                        "anna",
                        "password",
                        TestRealm.PASSWORD))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        for (String path : List.of("/api/auth/verify", "/api/auth/verify/x", "/api/auth/me")) {
            assertThat(Http.get(server.url(path)).bearer(own).send().status())
                    .as(path)
                    .isEqualTo(200);
            assertThat(Http.get(server.url(path)).bearer(session).send().status())
                    .as(path + " by another realm's bearer")
                    .isEqualTo(401);
        }
    }

    /** As Envoy asks by path_prefix: the query is the request's own, and some app's names are no demand. */
    @Test
    void a_requests_own_query_asks_for_nothing() {
        List<String> plain = Gate.identity(gate.verify("/orders", session));
        for (String query : List.of(
                "?audience=" + Gate.encoded(Gate.API),
                "?account=globex",
                "?account=123",
                "?permission=x",
                "?any=",
                "?permissions=1")) {
            assertThat(Gate.identity(gate.verify("/orders" + query, session)))
                    .as(query + ", original unknown")
                    .isEqualTo(plain);
            for (String original : List.of("/orders" + query, "/orders")) {
                assertThat(Gate.identity(gate.verify("/orders" + query)
                                .bearer(session)
                                .header("X-Original-URI", original)
                                .send()))
                        .as(query)
                        .isEqualTo(plain);
            }
        }
        String audience = "audience=" + Gate.encoded(Gate.API);
        assertThat(Gate.identity(gate.verify("?" + audience)
                                .bearer(session)
                                .header("X-Original-URI", "/x?" + audience)
                                .send())
                        .get(5))
                .isNotEmpty();
    }

    /** T9: from a proxy that is trusted, the address is the one that it saw. */
    @Test
    void a_keys_addresses_are_those_that_the_proxy_saw() {
        String key = gate.key(session, List.of(), Map.of("allowed_ips", List.of("203.0.113.0/24", "2001:db8::/32")));
        Map<String, Integer> expected = Map.of(
                "203.0.113.7", 200,
                "2001:db8::1", 200,
                "::ffff:203.0.113.7", 200,
                "203.0.113.7, 198.51.100.1", 401,
                "2001:db8::1%eth0", 401,
                "198.51.100.1", 401);
        String internal = gate.key(session, List.of(), Map.of("allowed_ips", List.of("127.0.0.0/8", "::1")));
        for (String unread : List.of("2001:db8::1%eth0", "unknown", "unix:", "1.2.3.4,", "5.6.7.8:x")) {
            assertThat(gate.verify("")
                            .header("X-API-KEY", internal)
                            .header("X-Forwarded-For", unread)
                            .send()
                            .status())
                    .as("not the proxy's own address: " + unread)
                    .isEqualTo(401);
        }
        expected.forEach((forwarded, status) -> assertThat(gate.verify("")
                        .header("X-API-KEY", key)
                        .header("X-Forwarded-For", forwarded)
                        .send()
                        .status())
                .as(forwarded)
                .isEqualTo(status));
    }

    private static List<String> statements(Runnable work) {
        return new StatementLog(server).during(work);
    }

    /** What is kept is kept for three seconds, and read again then: a few statements, however many the calls are. */
    private static void warm(String as, Supplier<Http> request) {
        request.get().send().expect(200);
        long began = System.nanoTime();
        List<String> statements = statements(() -> {
                    for (int i = 0; i < MANY; i++) {
                        request.get().send().expect(200);
                    }
                })
                .stream()
                // the uses of keys are written beside the calls
                .filter(line -> !line.contains("key-uses"))
                .toList();
        // read again each three seconds, and nothing by the calls in between
        long readings = 1 + Duration.ofNanos(System.nanoTime() - began).toSeconds() / 3;
        assertThat(statements).as(as).hasSizeLessThanOrEqualTo((int) (readings * A_READING));
    }

    @Test
    void a_warm_call_asks_the_database_nothing() {
        String acme = gate.organization("acme");
        String key = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme));
        String ofAccount = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme, "owner", "account"));
        String audience = "?audience=" + Gate.encoded(Gate.API);
        for (String query : List.of("", "?permission=campaigns:read", audience)) {
            warm("session" + query, () -> gate.verify(query).bearer(session));
        }
        for (String query : List.of("", "?permission=campaigns:read&account=acme", audience)) {
            warm("key" + query, () -> gate.verify(query).header("X-API-KEY", key));
            warm("account's key" + query, () -> gate.verify(query).header("X-API-KEY", ofAccount));
        }
    }
}
