package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Embed tickets, asked about by a proxy that the server trusts: this test. */
@Tag("once")
class EmbedTicketIT {

    private static final String PAGE = "/embed/board";
    private static final String NEW_PASSWORD = "another-horse-2";

    private static KeycloakServer server;
    private static TestRealm realm;
    private static CookieDoor door;

    @BeforeAll
    static void start() {
        server = Servers.trusting();
        realm = TestRealm.create(server, "demo-realm.json", changes -> {});
        door = new CookieDoor(realm);
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    /** What a proxy asks when a browser asked it for this. */
    private static Answer asked(TestRealm of, String originalUri) {
        return Http.get(of.url("/api/auth/verify"))
                .header("X-Original-URI", originalUri)
                .header("X-Original-Method", "GET")
                .send();
    }

    private static Answer shown(String ticket, String path) {
        return asked(realm, path + "?token=" + ticket);
    }

    private static String jane() {
        return door.session(CookieDoor.JANE);
    }

    @Test
    void a_ticket_opens_its_page_once() {
        Answer issued = door.ticket(jane(), PAGE);
        assertThat(issued.status()).as(issued.body()).isEqualTo(200);
        assertThat(issued.json().path("expires_in").asInt()).isEqualTo(60);
        assertThat(issued.header("cache-control")).contains("no-store");
        String ticket = issued.json().path("ticket").asText();
        assertThat(ticket).matches("[A-Za-z0-9_-]+");
        Answer first = asked(realm, PAGE + "?lang=en&token=" + ticket + "&x=1");
        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(first.header("x-auth-user-id")).contains(realm.userId(CookieDoor.JANE));
        assertThat(first.header("x-auth-email")).contains(CookieDoor.JANE);
        assertThat(shown(ticket, PAGE).status()).as("twice").isEqualTo(401);
    }

    @Test
    void it_is_for_one_path_however_that_is_spelled_and_another_does_not_use_it_up() {
        String ticket = door.ticketFor(jane(), "/embed/b%6fard/");
        for (String other : List.of(
                PAGE,
                "/embed/board/1",
                "/embed/Board/",
                "/embed/board//",
                "/embed/./board/",
                "/embed/x/../board/",
                "/embed%2Fboard/",
                "/embed/b%256fard/",
                "/other")) {
            assertThat(shown(ticket, other).status()).as(other).isEqualTo(401);
        }
        assertThat(shown(ticket, "/embed/boar%64/").status()).isEqualTo(200);
    }

    @Test
    void it_is_made_for_embed_paths_alone() {
        String token = jane();
        for (String path : List.of(
                "/",
                "/other",
                "/embedded",
                "/other/embed",
                "embed/board",
                "/embed/../other",
                "/embed/%2e%2e/other",
                "/embed%2Fboard",
                "/embed/a%252fb",
                "/embed/a;b",
                "/embed/a?x=1",
                "/embed/a#b",
                "//embed/a",
                "https://app.example/embed/a",
                "/embed/ä",
                "/embed/a b",
                "/embed/%ff",
                "/embed/%",
                "/embed/a\n",
                "/embed/" + "a".repeat(3000))) {
            assertThat(door.ticket(token, path).status()).as(path).isEqualTo(400);
        }
        for (String body : List.of("{}", "{\"path\":1}", "{\"path\":null}", "{\"path\":\"\"}", "[]", "")) {
            assertThat(door.ticket().bearer(token).json(body).send().status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(door.ticket().bearer(token).body("text/plain", "{}").send().status())
                .isEqualTo(415);
        assertThat(door.ticket().json(Json.object("path", PAGE)).send().status())
                .isEqualTo(401);
        realm.realmAttribute("mint.embed.paths", null);
        try {
            assertThat(door.ticket(token, PAGE).status()).as("none shipped").isEqualTo(400);
        } finally {
            realm.realmAttribute("mint.embed.paths", "/embed");
        }
    }

    @Test
    void a_hundred_at_once_are_one_use() throws Exception {
        String ticket = door.ticketFor(jane(), PAGE);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(() -> shown(ticket, PAGE).status());
        }
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try {
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> call : pool.invokeAll(calls)) {
                statuses.add(call.get());
            }
            assertThat(statuses).containsOnly(200, 401);
            assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void it_is_good_in_its_realm_alone_and_unchanged_alone() {
        String ticket = door.ticketFor(jane(), PAGE);
        try (TestRealm elsewhere = TestRealm.create(server, "demo-realm.json", changes -> {})) {
            assertThat(asked(elsewhere, PAGE + "?token=" + ticket).status()).isEqualTo(401);
        }
        int middle = ticket.length() / 2;
        char other = ticket.charAt(middle) == 'A' ? 'B' : 'A';
        for (String changed : List.of(
                ticket.substring(0, middle) + other + ticket.substring(middle + 1),
                ticket + "A",
                ticket + "AAAA",
                ticket.substring(4),
                ticket.substring(0, ticket.length() - 1))) {
            assertThat(shown(changed, PAGE).status()).as(changed).isEqualTo(401);
        }
        assertThat(asked(realm, PAGE + "?token=" + ticket + "&token=" + ticket + "A")
                        .status())
                .as("two")
                .isEqualTo(401);
        assertThat(shown(ticket, PAGE).status()).isEqualTo(200);
    }

    /** It ends with a token that has less than a minute left, which is a shorter wait than a minute. */
    @Test
    void it_is_late_when_its_time_is_over() {
        realm.clientAttribute(CookieDoor.APP, "access.token.lifespan", "3");
        String token;
        try {
            token = jane();
        } finally {
            realm.clientAttribute(CookieDoor.APP, "access.token.lifespan", "86400");
        }
        Answer issued = door.ticket(token, PAGE).expect(200);
        assertThat(issued.json().path("expires_in").asInt()).isBetween(1, 3);
        Poll.untilTrue(
                "the token's end",
                Duration.ofSeconds(10),
                () -> door.ticket(token, PAGE).status() == 401);
        assertThat(shown(issued.json().path("ticket").asText(), PAGE).status()).isEqualTo(401);
    }

    @Test
    void it_ends_with_its_token_its_session_its_client_and_its_user() {
        Map<String, String> tickets = new LinkedHashMap<>();
        String revoked = jane();
        tickets.put("token revoked", door.ticketFor(revoked, PAGE));
        revoke(revoked);
        String parent = jane();
        tickets.put("parent revoked", door.ticketFor(door.account(parent, "acme"), PAGE));
        revoke(parent);
        JsonNode session = realm.token(
                        CookieDoor.APP,
                        Map.of("grant_type", "password", "username", CookieDoor.JANE, "password", TestRealm.PASSWORD))
                .expect(200)
                .json();
        tickets.put("signed out", door.ticketFor(session.path("access_token").asText(), PAGE));
        Http.post(realm.url("/auth/sign-out"))
                .json(Json.object("refresh_token", session.path("refresh_token").asText()))
                .send()
                .expect(204);
        tickets.forEach((what, ticket) ->
                assertThat(shown(ticket, PAGE).status()).as(what).isEqualTo(401));

        String ticket = door.ticketFor(jane(), PAGE);
        String john = door.ticketFor(door.session(CookieDoor.JOHN), PAGE);
        realm.updateClient(CookieDoor.APP, client -> client.put("enabled", false));
        assertThat(shown(ticket, PAGE).status()).as("client disabled").isEqualTo(401);
        realm.updateClient(CookieDoor.APP, client -> client.put("enabled", true));
        realm.updateUser(realm.userId(CookieDoor.JOHN), user -> user.put("enabled", false));
        assertThat(shown(john, PAGE).status()).as("user disabled").isEqualTo(401);
        realm.updateUser(realm.userId(CookieDoor.JOHN), user -> user.put("enabled", true));
    }

    private static void revoke(String token) {
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", CookieDoor.APP, "token", token))
                .send()
                .expect(200);
    }

    /** T27. The session that changes the password lives on, and its tickets don't. */
    @Test
    void it_ends_with_a_change_of_password_or_email() {
        String email = "ticket@example.com";
        String id = realm.createUser(email, user -> {});
        String token = door.session(email);
        String ticket = door.ticketFor(token, PAGE);
        Http.post(realm.url("/auth/change-password"))
                .bearer(token)
                .json(Json.object("current_password", TestRealm.PASSWORD, "new_password", NEW_PASSWORD))
                .send()
                .expect(204);
        assertThat(shown(ticket, PAGE).status()).as("password").isEqualTo(401);
        String kept = door.ticketFor(token, PAGE);
        assertThat(shown(kept, PAGE).status()).as("made after it").isEqualTo(200);
        String next = door.ticketFor(token, PAGE);
        realm.updateUser(id, user -> user.put("email", "other-" + email));
        assertThat(shown(next, PAGE).status()).as("email").isEqualTo(401);
    }

    @Test
    void permissions_are_those_of_now() {
        String ticket = door.ticketFor(door.account(jane(), "acme"), PAGE);
        Answer answer = shown(ticket, PAGE);
        assertThat(answer.header("x-auth-permissions").orElseThrow()).contains("campaigns:write");
        assertThat(answer.header("x-auth-role")).contains("owner");
        String john = realm.userId(CookieDoor.JOHN);
        realm.assignClientRole(john, CookieDoor.API, "templates:write");
        String later = door.ticketFor(door.account(door.session(CookieDoor.JOHN), "acme"), PAGE);
        realm.removeClientRole(john, CookieDoor.API, "templates:write");
        Answer cut = shown(later, PAGE);
        assertThat(cut.status()).isEqualTo(200);
        assertThat(cut.header("x-auth-permissions").orElseThrow())
                .contains("templates:read")
                .doesNotContain("templates:write");
    }

    @Test
    void a_page_that_only_has_the_cookie_gets_one_and_no_other_site_does() {
        String cookie = door.kept(jane());
        Answer own = door.ticket()
                .header("Origin", CookieDoor.ORIGIN)
                .header("Cookie", cookie)
                .json(Json.object("path", PAGE))
                .send();
        assertThat(own.status()).as(own.body()).isEqualTo(200);
        assertThat(shown(own.json().path("ticket").asText(), PAGE).status()).isEqualTo(200);
        for (Optional<String> origin :
                List.of(Optional.<String>empty(), Optional.of("null"), Optional.of("https://evil.example"))) {
            Http call = door.ticket().header("Cookie", cookie);
            origin.ifPresent(value -> call.header("Origin", value));
            assertThat(call.json(Json.object("path", PAGE)).send().status())
                    .as(origin.toString())
                    .isEqualTo(403);
        }
    }

    @Test
    void a_cookie_alone_reads_and_writes_nothing() {
        String cookie = door.kept(jane());
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
            Answer answer = Http.get(realm.url("/api/auth/verify"))
                    .header("X-Original-Method", method)
                    .header("Cookie", cookie)
                    .send();
            boolean reads = method.equals("GET") || method.equals("HEAD");
            assertThat(answer.status()).as(method).isEqualTo(reads ? 200 : 401);
        }
    }

    @Test
    void it_shows_nothing_of_what_it_was_made_with() {
        String token = jane();
        String ticket = door.ticketFor(token, PAGE);
        byte[] bytes = java.util.Base64.getUrlDecoder().decode(ticket);
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text).doesNotContain(token.split("\\.")).doesNotContain(PAGE, "eyJ");
        assertThat(door.ticketFor(token, PAGE)).isNotEqualTo(ticket);
        assertThat(realm.events("TOKEN_EXCHANGE"))
                .noneSatisfy(event -> assertThat(event.toString()).contains(ticket))
                .anySatisfy(event -> assertThat(
                                event.path("details").path("embedPath").asText())
                        .isEqualTo(PAGE));
    }

    /** T2: what one door takes no other does. */
    @Test
    void each_kind_is_refused_where_another_is_expected() {
        String session = jane();
        String hs256 = minted();
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("csrf", csrf());
        kinds.put("cookie", door.kept(session).substring("token=".length()));
        kinds.put("ticket", door.ticketFor(session, PAGE));
        kinds.put("identity JWT", identityJwt(session));
        kinds.put("HS256", hs256);
        String jti = Jwt.payload(hs256).path("jti").asText();
        kinds.put("seal", jti.substring(jti.lastIndexOf('.') + 1));
        kinds.put("session", session);

        Map<String, Door> doors = new LinkedHashMap<>();
        doors.put(
                "bearer",
                sent -> Http.get(realm.url("/api/auth/me")).bearer(sent).send());
        doors.put("token header", sent -> Http.get(realm.url("/api/auth/me"))
                .header("token", sent)
                .send());
        doors.put("key header", sent -> Http.get(realm.url("/api/auth/me"))
                .header("X-API-KEY", sent)
                .send());
        doors.put("cookie", sent -> door.me("token=" + sent));
        doors.put("query", sent -> asked(realm, PAGE + "?token=" + sent));
        doors.put("userinfo", sent -> realm.userinfo(sent));
        doors.put("csrf", EmbedTicketIT::signedInWith);

        // HS256 tokens are Keycloak's own way of signing access tokens here, so they and sessions' are good as bearers
        Map<String, List<String>> taken = Map.of(
                "session", List.of("bearer", "token header", "query", "userinfo"),
                "HS256", List.of("bearer", "token header", "query", "userinfo"),
                "cookie", List.of("cookie"),
                "ticket", List.of("query"),
                "csrf", List.of("csrf"));
        kinds.forEach((kind, sent) -> doors.forEach((name, to) -> {
            Answer answer = to.show(sent);
            boolean good = taken.getOrDefault(kind, List.of()).contains(name);
            assertThat(answer.status() == 200)
                    .as(kind + " at " + name + ": " + answer.status() + answer.body())
                    .isEqualTo(good);
            assertThat(answer.status()).as(kind + " at " + name).isIn(200, 400, 401, 403);
        }));
    }

    private interface Door {
        Answer show(String sent);
    }

    private static String csrf() {
        return Http.get(realm.url("/auth/csrf?client_id=" + CookieDoor.APP))
                .header("Origin", CookieDoor.ORIGIN)
                .send()
                .expect(200)
                .json()
                .path("csrf_token")
                .asText();
    }

    private static Answer signedInWith(String csrf) {
        return Http.post(realm.url("/auth/sign-in"))
                .header("Origin", CookieDoor.ORIGIN)
                .json(Json.object(
                        "client_id",
                        CookieDoor.APP,
                        "email",
                        CookieDoor.JANE,
                        "password",
                        TestRealm.PASSWORD,
                        "csrf_token",
                        csrf))
                .send();
    }

    private static String identityJwt(String session) {
        return door.verify("?audience=" + CookieDoor.API)
                .bearer(session)
                .send()
                .expect(200)
                .header("x-auth-jwt")
                .filter(jwt -> !jwt.isEmpty())
                .orElseThrow();
    }

    private static String minted() {
        return Poll.until("a minted token", Duration.ofSeconds(15), () -> {
            Answer answer = Http.post(realm.url("/api/auth/token-for-email"))
                    .header("X-Tribe-Service-Secret", server.secrets().current())
                    .json(Json.object("email", CookieDoor.JANE, "platformId", realm.platformId()))
                    .send();
            return answer.status() == 200
                    ? Optional.of(answer.json().path("accessToken").asText())
                    : Optional.empty();
        });
    }
}
