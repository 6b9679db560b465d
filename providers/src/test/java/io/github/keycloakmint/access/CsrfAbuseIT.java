package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that may not call, and csrf tokens that are none (contract section 6, T26). */
@Tag("once")
class CsrfAbuseIT {

    private static final String LOCAL = "http://localhost:3000";

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

    private static ObjectNode jane() {
        return Access.credentials("jane@example.com", TestRealm.PASSWORD);
    }

    private static ObjectNode jane(String csrfToken) {
        return jane().put("csrf_token", csrfToken);
    }

    private static String pair(Answer csrf) {
        String cookie = csrf.header("set-cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private static String token(Answer csrf) {
        return csrf.expect(200).json().path("csrf_token").asText();
    }

    private static void unreadable(Answer answer) {
        assertThat(answer.headers("access-control-allow-origin")).isEmpty();
        assertThat(answer.headers("access-control-allow-credentials")).isEmpty();
    }

    // ---- origins ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "*",
                "https://app.inbox-manager.com.evil.example",
                "https://app.inbox-manager.co",
                "https://evil.app.inbox-manager.com",
                "https://app.inbox-manager.com/",
                "https://app.inbox-manager.com:443",
                "https://APP.inbox-manager.com",
                "http://app.inbox-manager.com",
                "https://app.inbox-manager.com@evil.example",
                "https://app.inbox-manager.com, https://evil.example",
                "http://localhost:3001",
                ""
            })
    void another_origin_is_403_everywhere(String origin) {
        Answer csrf = access.csrf(origin);
        Access.refused(csrf, 403, "forbidden", origin);
        unreadable(csrf);
        for (ObjectNode body : List.of(jane(), jane(access.csrfToken(Access.ORIGIN)))) {
            Answer in = access.signInFromPage(origin, body);
            Access.refused(in, 403, "forbidden", origin);
            unreadable(in);
        }
        for (String path : List.of("refresh", "sign-out")) {
            Answer answer = access.post(path)
                    .header("Origin", origin)
                    .json(Json.object("refresh_token", "x"))
                    .send();
            Access.refused(answer, 403, "forbidden", path + origin);
            unreadable(answer);
        }
    }

    @Test
    void two_origins_are_nobodys() {
        String csrfToken = access.csrfToken(Access.ORIGIN);
        Answer answer = access.post("sign-in")
                .header("Origin", Access.ORIGIN)
                .header("Origin", Access.ORIGIN)
                .json(jane(csrfToken))
                .send();
        Access.refused(answer, 403, "forbidden");
    }

    @Test
    void a_star_among_the_clients_origins_allows_nobody() {
        try (TestRealm other = TestRealm.create()) {
            other.updateClient(
                    Access.CLIENT, client -> client.putArray("webOrigins").add("*"));
            for (String origin : List.of("https://evil.example", "*", "null", Access.ORIGIN)) {
                Access.refused(new Access(other).csrf(origin), 403, "forbidden", origin);
                Access.refused(new Access(other).signInFromPage(origin, jane()), 403, "forbidden", origin);
            }
        }
    }

    @Test
    void another_clients_origin_is_403() {
        String clientId = otherClient("https://other.example");
        assertThat(access.csrf(clientId, "https://other.example").status()).isEqualTo(200);
        Access.refused(access.csrf("https://other.example"), 403, "forbidden");
        Access.refused(
                access.signInFromPage(
                        "https://other.example", jane(token(access.csrf(clientId, "https://other.example")))),
                403,
                "forbidden");
    }

    private static String otherClient(String origin) {
        String clientId = "other-" + Random.name();
        ObjectNode client = realm.client(Access.CLIENT).deepCopy();
        client.remove(List.of("id", "secret"));
        client.put("clientId", clientId).putArray("webOrigins").add(origin).add(Access.ORIGIN);
        realm.createClient(client);
        return clientId;
    }

    @ParameterizedTest
    @ValueSource(strings = {"csrf", "sign-in", "refresh", "sign-out"})
    void a_preflight_allows_the_clients_pages_alone(String path) {
        Answer allowed = preflight(path, Access.ORIGIN);
        assertThat(allowed.status()).isEqualTo(204);
        assertThat(allowed.header("access-control-allow-origin")).contains(Access.ORIGIN);
        assertThat(allowed.header("access-control-allow-credentials")).contains("true");
        for (String origin : List.of("https://evil.example", "null", "*")) {
            unreadable(preflight(path, origin));
        }
    }

    private static Answer preflight(String path, String origin) {
        return Http.request("OPTIONS", realm.url("/auth/" + path))
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .send();
    }

    // ---- forms ----

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void a_form_is_415_and_sets_no_cookie(String type) {
        String body = Json.text(jane(access.csrfToken(Access.ORIGIN)));
        for (String path : List.of("sign-in", "refresh", "sign-out")) {
            Answer page = access.post(path)
                    .header("Origin", Access.ORIGIN)
                    .body(type, body)
                    .send();
            Access.refused(page, 415, "unsupported_media_type", path);
            Access.refused(access.post(path).body(type, body).send(), 415, "unsupported_media_type", path);
        }
    }

    // ---- tokens ----

    @Test
    void a_page_without_a_good_csrf_token_is_403() {
        String good = access.csrfToken(Access.ORIGIN);
        Access.refused(access.signInFromPage(Access.ORIGIN, jane()), 403, "forbidden");
        List<String> bad = new ArrayList<>(List.of(
                "",
                "x",
                good + "A",
                good.substring(1),
                good + "=",
                "A".repeat(good.length()),
                "A".repeat(10_000),
                access.csrfToken(LOCAL)));
        for (int at : List.of(0, 30, 60, good.length() - 2)) {
            char other = good.charAt(at) == 'A' ? 'B' : 'A';
            bad.add(good.substring(0, at) + other + good.substring(at + 1));
        }
        for (String token : bad) {
            Access.refused(access.signInFromPage(Access.ORIGIN, jane(token)), 403, "forbidden", token);
        }
        // and the good one was not used up by all that
        access.signInFromPage(Access.ORIGIN, jane(good)).expect(200);
    }

    @Test
    void a_token_of_another_client_realm_or_of_no_page_is_403() {
        String clientId = otherClient("https://other.example");
        String otherClients = token(access.csrf(clientId, Access.ORIGIN));
        Access.refused(access.signInFromPage(Access.ORIGIN, jane(otherClients)), 403, "forbidden");
        try (TestRealm other = TestRealm.create()) {
            String otherRealms = new Access(other).csrfToken(Access.ORIGIN);
            Access.refused(access.signInFromPage(Access.ORIGIN, jane(otherRealms)), 403, "forbidden");
        }
        String ofNoPage = access.csrfToken(null);
        Access.refused(access.signInFromPage(Access.ORIGIN, jane(ofNoPage)), 403, "forbidden");
    }

    @Test
    void what_is_sent_without_an_origin_has_to_be_good_too() {
        Access.refused(access.post("sign-in", jane("x")), 403, "forbidden");
        Access.refused(access.post("sign-in", jane(access.csrfToken(Access.ORIGIN))), 403, "forbidden");
        String own = access.csrfToken(null);
        access.post("sign-in", jane(own)).expect(200);
        Access.refused(access.post("sign-in", jane(own)), 403, "forbidden");
    }

    @Test
    void a_token_is_used_up_by_a_success_and_not_by_a_failure() {
        String token = access.csrfToken(Access.ORIGIN);
        ObjectNode wrong =
                Access.credentials("max@example.com", "wrong-horse-1").put("csrf_token", token);
        Access.refused(access.signInFromPage(Access.ORIGIN, wrong), 401, "unauthorized");
        access.signInFromPage(Access.ORIGIN, jane(token)).expect(200);
        Access.refused(access.signInFromPage(Access.ORIGIN, jane(token)), 403, "forbidden");
    }

    @Test
    void of_twenty_at_once_with_one_token_one_gets_in_and_one_session_is_left() throws Exception {
        String token = access.csrfToken(LOCAL);
        ExecutorService pool = Executors.newFixedThreadPool(20);
        CountDownLatch start = new CountDownLatch(1);
        List<String> ids = new ArrayList<>();
        List<Future<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            // of another user each: Keycloak lets one user try one at a time
            String email = "crowd-" + Random.name() + "@example.com";
            ids.add(realm.createUser(email, user -> {}));
            ObjectNode body = Access.credentials(email, TestRealm.PASSWORD).put("csrf_token", token);
            calls.add(pool.submit(() -> {
                start.await();
                return access.signInFromPage(LOCAL, body);
            }));
        }
        start.countDown();
        int in = 0;
        for (Future<Answer> call : calls) {
            if (call.get().status() == 200) {
                in++;
            } else {
                Access.refused(call.get(), 403, "forbidden");
            }
        }
        pool.shutdown();
        assertThat(in).isOne();
        int sessions = 0;
        for (String id : ids) {
            sessions +=
                    realm.get("/users/" + id + "/sessions").expect(200).json().size();
        }
        assertThat(sessions).isOne();
    }

    // ---- cookies ----

    @Test
    void the_cookie_is_for_the_path_that_was_called_and_for_no_script() {
        Answer csrf = access.csrf(Access.ORIGIN).expect(200);
        assertThat(csrf.header("set-cookie").orElseThrow())
                .contains("; HttpOnly", "; Secure", "; SameSite=None", "; Max-Age=600")
                .contains("; Path=/realms/" + realm.name() + "/auth;");
        assertThat(csrf.headers("access-control-allow-origin")).containsExactly(Access.ORIGIN);
        assertThat(access.csrf((String) null).expect(200).headers("set-cookie")).isEmpty();
    }

    @Test
    void a_cookie_that_is_sent_has_to_match() {
        Answer csrf = access.csrf(Access.ORIGIN).expect(200);
        String cookie = pair(csrf);
        String other = pair(access.csrf(Access.ORIGIN));
        assertThat(other).isNotEqualTo(cookie);
        for (String sent : List.of(other, cookie + "x", cookie.substring(0, cookie.indexOf('=') + 1))) {
            Access.refused(
                    access.post("sign-in")
                            .header("Origin", Access.ORIGIN)
                            .header("Cookie", sent)
                            .json(jane(token(csrf)))
                            .send(),
                    403,
                    "forbidden",
                    sent);
        }
        // nor is it read for a call that is no page's
        Access.refused(
                access.post("sign-in").header("Cookie", cookie).json(jane()).send(), 403, "forbidden");
        access.post("sign-in")
                .header("Origin", Access.ORIGIN)
                .header("Cookie", "x=1; " + other + "; " + cookie)
                .json(jane(token(csrf)))
                .send()
                .expect(200);
    }

    @Test
    void two_tabs_of_a_browser_share_the_cookie() {
        Answer first = access.csrf(Access.ORIGIN).expect(200);
        Answer second = Http.get(realm.url("/auth/csrf?client_id=" + Access.CLIENT))
                .header("Origin", Access.ORIGIN)
                .header("Cookie", pair(first))
                .send()
                .expect(200);
        assertThat(pair(second)).isEqualTo(pair(first));
        for (Answer tab : List.of(first, second)) {
            access.post("sign-in")
                    .header("Origin", Access.ORIGIN)
                    .header("Cookie", pair(second))
                    .json(jane(token(tab)))
                    .send()
                    .expect(200);
        }
    }

    @Test
    void another_clients_cookie_is_none() {
        String clientId = otherClient("https://other.example");
        String foreign = pair(access.csrf(clientId, Access.ORIGIN));
        access.post("sign-in")
                .header("Origin", Access.ORIGIN)
                .header("Cookie", foreign)
                .json(jane(access.csrfToken(Access.ORIGIN)))
                .send()
                .expect(200);
    }

    // ---- the endpoint itself ----

    @Test
    void csrf_answers_unknown_clients_alike() {
        String body = null;
        for (String client : List.of(
                "nobody", "admin-cli", "account", "broker", "realm-management", "introspector", "external-users")) {
            Answer answer = access.csrf(client, Access.ORIGIN);
            Access.refused(answer, 400, "bad_request", client);
            body = body == null ? answer.body() : body;
            assertThat(answer.body()).isEqualTo(body);
        }
        Access.refused(Http.get(realm.url("/auth/csrf")).send(), 400, "bad_request");
        Access.refused(Http.get(realm.url("/auth/csrf?client_id=a&client_id=b")).send(), 400, "bad_request");
        Answer post = access.post("csrf").json("{}").send();
        Access.refused(post, 405, "method_not_allowed");
        assertThat(post.header("allow").orElseThrow()).contains("GET");
    }

    @Test
    void HEAD_is_answered_as_GET_without_the_body() {
        Answer head = Http.request("HEAD", realm.url("/auth/csrf?client_id=" + Access.CLIENT))
                .send();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    // ---- pages of the server's own origin ----

    private static String own() {
        return realm.server().baseUrl().toString().replaceAll("/$", "");
    }

    private static Answer silently(String clientId, String site) {
        return Http.get(realm.url("/auth/csrf?client_id=" + clientId))
                .header("Sec-Fetch-Site", site)
                .send();
    }

    @Test
    void a_page_of_the_servers_own_origin_needs_no_Origin_to_ask() {
        String clientId = otherClient(own());
        Answer csrf = silently(clientId, "same-origin").expect(200);
        ObjectNode body = jane(token(csrf)).put("client_id", clientId);
        for (String origin : List.of(Access.ORIGIN, "https://evil.example")) {
            Access.refused(access.signInFromPage(origin, body), 403, "forbidden", origin);
        }
        Access.refused(access.post("sign-in", body), 403, "forbidden");
        access.post("sign-in")
                .header("Origin", own())
                .header("Cookie", pair(csrf))
                .json(body)
                .send()
                .expect(200);
    }

    @Test
    void the_servers_own_origin_has_to_be_allowed_as_any_other() {
        Answer csrf = silently(Access.CLIENT, "same-origin").expect(200);
        assertThat(csrf.headers("set-cookie")).isEmpty();
        Access.refused(access.signInFromPage(own(), jane(token(csrf))), 403, "forbidden");
        String clientId = otherClient(own());
        for (String site : List.of("same-site", "cross-site", "none", "")) {
            assertThat(silently(clientId, site).expect(200).headers("set-cookie"))
                    .as(site)
                    .isEmpty();
        }
    }

    // ---- what a client may say instead of an origin ----

    @Test
    void a_plus_stands_for_the_origins_of_the_redirect_addresses() {
        String clientId = otherClient("https://other.example");
        realm.updateClient(clientId, client -> {
            client.putArray("redirectUris").add("https://plus.example/cb");
            client.putArray("webOrigins").add("+");
        });
        // which clients there are is known for two seconds
        Answer csrf = Poll.until("the client is known", Duration.ofSeconds(10), () -> Optional.of(
                        access.csrf(clientId, "https://plus.example"))
                .filter(answer -> answer.status() == 200));
        assertThat(csrf.headers("access-control-allow-origin")).containsExactly("https://plus.example");
        Access.refused(access.csrf(clientId, Access.ORIGIN), 403, "forbidden");
    }

    @Test
    void a_star_lets_pages_call_where_there_is_no_cookie() {
        try (TestRealm other = TestRealm.create()) {
            other.updateClient(
                    Access.CLIENT, client -> client.putArray("webOrigins").add("*"));
            Access app = new Access(other);
            JsonNode session = app.signedIn("jane@example.com");
            Answer accounts = Http.get(other.url("/api/accounts"))
                    .bearer(Access.accessToken(session))
                    .header("Origin", "https://any.example")
                    .send()
                    .expect(200);
            Answer refreshed = app.post("refresh")
                    .header("Origin", "https://any.example")
                    .json(Json.object("refresh_token", Access.refreshToken(session)))
                    .send()
                    .expect(200);
            Answer preflight = Http.request("OPTIONS", other.url("/api/accounts"))
                    .header("Origin", "https://any.example")
                    .header("Access-Control-Request-Method", "GET")
                    .send();
            for (Answer answer : List.of(accounts, refreshed, preflight)) {
                assertThat(answer.headers("access-control-allow-origin")).containsExactly("*");
                assertThat(answer.headers("access-control-allow-credentials")).isEmpty();
            }
            String refreshToken = refreshed.json().path("refresh_token").asText();
            Access.refused(
                    app.post("refresh")
                            .header("Origin", "null")
                            .json(Json.object("refresh_token", refreshToken))
                            .send(),
                    403,
                    "forbidden");
        }
    }
}
