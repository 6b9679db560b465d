package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.RawHttp;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody would send who wants this to break. Never a 5xx, always a body in the documented shape. */
@Tag("once")
class TokenForEmailAbuseIT {

    private static TestRealm realm;
    private static Mint mint;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        mint = new Mint(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).contains("application/json");
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.json().fieldNames()).toIterable().containsExactly("error");
        assertThat(answer.json().path("error").fieldNames()).toIterable().containsExactly("status", "code", "message");
        assertThat(answer.json().path("error").path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("error").path("code").asText()).isEqualTo(code);
        assertThat(answer.body()).doesNotContainIgnoringCase("exception").doesNotContain("io.github", "jackson");
    }

    private static String secret() {
        return realm.server().secrets().current();
    }

    // ---- credentials ----

    static Stream<List<String>> credentials() {
        String good = secret();
        return Stream.of(
                List.of(),
                List.of(""),
                List.of(" "),
                List.of("wrong"),
                List.of(good, good),
                List.of(good, ""),
                List.of("", good),
                List.of(good + "x"),
                List.of(good.substring(1)),
                List.of(good.toUpperCase(java.util.Locale.ROOT) + "A"),
                List.of(good + "," + good),
                List.of("x".repeat(8_000)),
                List.of("null"),
                List.of("${TRIBE_SERVICE_MINT_SECRET}"));
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void anything_but_the_secret_once_is_401(List<String> values) {
        Http request = Http.post(mint.uri()).json(mint.body("jane@example.com"));
        values.forEach(value -> request.header(Mint.SECRET_HEADER, value));
        assertRefused(request.send(), 401, "UNAUTHORIZED");
    }

    @Test
    void two_kinds_of_credentials_at_once_are_401() {
        assertRefused(
                mint.withSecret()
                        .basic("billing-service", realm.clientSecret("billing-service"))
                        .json(mint.body("jane@example.com").put("reason", "x"))
                        .send(),
                401,
                "UNAUTHORIZED");
        assertRefused(
                Http.post(mint.uri())
                        .basic("billing-service", realm.clientSecret("billing-service"))
                        .json(mint.body("jane@example.com")
                                .put("reason", "x")
                                .put("client_assertion", "x")
                                .put("client_assertion_type", "x"))
                        .send(),
                401,
                "UNAUTHORIZED");
    }

    @Test
    void the_shared_secret_beside_a_client_assertion_is_401() {
        assertRefused(mint.mint("jane@example.com", body -> body.put("client_assertion", "x")), 401, "UNAUTHORIZED");
        assertRefused(mint.mint("jane@example.com", body -> body.put("client_assertion_type", 1)), 401, "UNAUTHORIZED");
    }

    @Test
    void client_credentials_in_wrong_places_are_401() {
        String password = realm.clientSecret("billing-service");
        assertRefused(
                Http.post(mint.uri())
                        .json(mint.body("jane@example.com")
                                .put("client_id", "billing-service")
                                .put("client_secret", password))
                        .send(),
                401,
                "UNAUTHORIZED");
        assertRefused(
                Http.post(URI.create(mint.uri() + "?client_id=billing-service&client_secret=" + password))
                        .json(mint.body("jane@example.com"))
                        .send(),
                401,
                "UNAUTHORIZED");
        assertRefused(
                Http.post(mint.uri())
                        .form(java.util.Map.of("client_id", "billing-service", "client_secret", password))
                        .send(),
                401,
                "UNAUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic Og==",
                "Basic YWRtaW4tY2xpOg==",
                "Basic YmlsbGluZy1zZXJ2aWNl",
                "Bearer x",
                "Negotiate x",
                "basic"
            })
    void broken_authorization_headers_are_401(String value) {
        assertRefused(
                Http.post(mint.uri())
                        .header("Authorization", value)
                        .json(mint.body("jane@example.com"))
                        .send(),
                401,
                "UNAUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJiaWxsaW5nLXNlcnZpY2UifQ."})
    void broken_client_assertions_are_401(String assertion) {
        assertRefused(
                Http.post(mint.uri())
                        .json(mint.body("jane@example.com")
                                .put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                                .put("client_assertion", assertion))
                        .send(),
                401,
                "UNAUTHORIZED");
    }

    @Test
    void a_public_client_or_one_without_the_right_is_401() {
        for (String client : List.of("introspector", "cid_inbox_manager")) {
            assertRefused(
                    Http.post(mint.uri())
                            .basic(client, client.equals("introspector") ? realm.clientSecret(client) : "")
                            .json(mint.body("jane@example.com"))
                            .send(),
                    401,
                    "UNAUTHORIZED");
        }
    }

    /** The caller is judged before the body, so that a stranger learns nothing from a bad one. */
    @Test
    void a_stranger_gets_401_whatever_the_body() {
        for (String body : List.of("", "{", "[]", "x".repeat(100_000), "{\"email\":1}")) {
            assertRefused(Http.post(mint.uri()).json(body).send(), 401, "UNAUTHORIZED");
        }
        assertRefused(Http.post(mint.uri()).body("text/plain", "x").send(), 401, "UNAUTHORIZED");
    }

    // ---- bodies ----

    static Stream<String> types() {
        return Stream.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "application/json-patch+json",
                "application/json; charset=utf-16",
                "application/json; charset=iso-8859-1",
                "multipart/form-data; boundary=x",
                "application/jsonx",
                "json",
                "application",
                ";",
                "/",
                "application/json, text/plain",
                "application/json;");
    }

    @ParameterizedTest
    @MethodSource("types")
    void other_content_types_are_415(String type) {
        assertRefused(
                mint.withSecret()
                        .body(type, Json.text(mint.body("jane@example.com")))
                        .send(),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void no_content_type_is_415_and_json_with_utf8_is_fine() {
        assertRefused(
                mint.withSecret()
                        .body(null, Json.text(mint.body("jane@example.com")))
                        .send(),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
        assertThat(mint.withSecret()
                        .body("Application/JSON;charset=UTF-8", Json.text(mint.body("jane@example.com")))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_compressed_body_is_415() {
        assertRefused(
                mint.withSecret()
                        .header("Content-Encoding", "gzip")
                        .json(mint.body("jane@example.com"))
                        .send(),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
    }

    static Stream<String> brokenBodies() {
        return Stream.of(
                "",
                " ",
                "null",
                "[]",
                "\"x\"",
                "1",
                "{",
                "{\"email\":}",
                "{\"email\":\"jane@example.com\",\"platformId\":1}}",
                "{\"email\":\"jane@example.com\",\"platformId\":1} trailing",
                "{\"email\":\"jane@example.com\",\"email\":\"john@example.com\",\"platformId\":1}",
                "{\"email\":\"jane@example.com\",\"platformId\":1,\"platform\\u0049d\":1}",
                "{\"email\":\"jane@example.com\",\"platformId\":1,\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
                "{\"email\":\"jane@example.com\",\"platformId\":1,\"x\":" + "{\"a\":".repeat(5_000) + "1"
                        + "}".repeat(5_000) + "}",
                "{\"email\":\"jane@example.com\",\"platformId\":" + "9".repeat(10_000) + "}",
                "{\"email\":\"jane@example.com\",\"platformId\":1e999999999}",
                "\uFEFF{\"email\":\"jane@example.com\",\"platformId\":1}");
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void broken_json_is_400(String body) {
        assertRefused(mint.withSecret().json(body).send(), 400, "BAD_REQUEST");
    }

    @Test
    void other_encodings_are_400() {
        String body = Json.text(mint.body("jane@example.com"));
        assertRefused(
                mint.withSecret()
                        .body("application/json", body.getBytes(StandardCharsets.UTF_16))
                        .send(),
                400,
                "BAD_REQUEST");
        byte[] broken = body.getBytes(StandardCharsets.UTF_8);
        broken[12] = (byte) 0xff;
        assertRefused(mint.withSecret().body("application/json", broken).send(), 400, "BAD_REQUEST");
    }

    @Test
    void a_body_above_64_kib_is_413_and_one_of_exactly_64_is_read() {
        String body = Json.text(mint.body("jane@example.com"));
        String exact = body + " ".repeat(64 * 1024 - body.length());
        assertThat(mint.withSecret().json(exact).send().status()).isEqualTo(200);
        assertRefused(mint.withSecret().json(exact + " ").send(), 413, "PAYLOAD_TOO_LARGE");
        assertRefused(mint.mint("x".repeat(1024 * 1024) + "@example.com"), 413, "PAYLOAD_TOO_LARGE");
    }

    static Stream<String> wrongValues() {
        return Stream.of(
                "\"1\"", "1.5", "1.0", "1e0", "null", "[]", "[1]", "{}", "true", "9223372036854775808", "\"\"");
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void a_platform_id_of_another_type_is_400(String value) {
        assertRefused(mint.send("{\"email\":\"jane@example.com\",\"platformId\":" + value + "}"), 400, "BAD_REQUEST");
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void an_expiry_of_another_type_is_400(String value) {
        assertRefused(
                mint.send("{\"email\":\"jane@example.com\",\"platformId\":" + realm.platformId() + ",\"expiresIn\":"
                        + value + "}"),
                400,
                "BAD_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.5", "null", "[]", "{}", "true", "[\"jane@example.com\"]", "\"\"", "\" \""})
    void an_email_of_another_type_or_empty_is_400(String value) {
        assertRefused(
                mint.send("{\"email\":" + value + ",\"platformId\":" + realm.platformId() + "}"), 400, "BAD_REQUEST");
    }

    @Test
    void missing_members_are_named() {
        Answer noEmail = mint.send(Json.object("platformId", realm.platformId()));
        assertRefused(noEmail, 400, "BAD_REQUEST");
        assertThat(noEmail.body())
                .isEqualTo("{\"error\":{\"status\":400,\"code\":\"BAD_REQUEST\",\"message\":\"`email` is required\"}}");
        Answer noPlatform = mint.send(Json.object("email", "jane@example.com"));
        assertRefused(noPlatform, 400, "BAD_REQUEST");
        assertThat(noPlatform.json().path("error").path("message").asText()).isEqualTo("`platformId` is required");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jane",
                "jane@example.com\r\nBcc: x@example.com",
                "jane@example.com\r\n",
                "jane\u2028@example.com",
                "jane\u0000@example.com",
                "mi\u212Ae@example.com",
                "\uFF4Aane@example.com",
                "jane\uFF20example.com",
                "\u0130ris@example.com"
            })
    void an_email_that_is_none_or_turns_into_another_is_400(String email) {
        assertRefused(mint.mint(email), 400, "BAD_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "j\u0430ne@example.com",
                "jane@ex\u00e4mple.com",
                "jan\u00e9@example.com",
                "%@example.com",
                "_ane@example.com",
                "jane@example.com' or '1'='1",
                "*@example.com"
            })
    void a_look_alike_is_somebody_else(String email) {
        Answer answer = mint.mint(email);
        assertThat(answer.status()).as(answer.body()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, 2_592_001, Long.MAX_VALUE})
    void a_life_outside_the_cap_is_400(long expiresIn) {
        assertRefused(mint.mint("jane@example.com", body -> body.put("expiresIn", expiresIn)), 400, "BAD_REQUEST");
    }

    @Test
    void a_reason_is_short_and_printable() {
        assertRefused(mint.mint("jane@example.com", body -> body.put("reason", "x".repeat(201))), 400, "BAD_REQUEST");
        assertRefused(mint.mint("jane@example.com", body -> body.put("reason", "a\nb")), 400, "BAD_REQUEST");
        assertRefused(mint.mint("jane@example.com", body -> body.put("reason", "a\u2028b")), 400, "BAD_REQUEST");
        assertRefused(mint.mint("jane@example.com", body -> body.put("audience", "account")), 400, "BAD_REQUEST");
        assertThat(mint.mint("jane@example.com", body -> body.put("reason", "\u00e4".repeat(200)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_reason_of_nothing_visible_is_none() {
        for (String reason : List.of(" ", "\u00a0", "\u200b", "\ufeff", "\u202ex", "\ud83d\ude00")) {
            assertRefused(mint.mint("jane@example.com", body -> body.put("reason", reason)), 400, "BAD_REQUEST");
        }
    }

    @Test
    void sixty_thousand_blanks_cost_nothing() {
        long start = System.nanoTime();
        assertRefused(mint.mint("a" + " ".repeat(60_000) + "b"), 400, "BAD_REQUEST");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void an_encoded_separator_is_none() {
        for (String path :
                List.of("/api/auth%2Ftoken-for-email", "/api/auth/token-for-email%2F", "/api%2Fauth/token-for-email")) {
            assertThat(Http.post(realm.url(path))
                            .header(Mint.SECRET_HEADER, secret())
                            .json(mint.body("jane@example.com"))
                            .send()
                            .status())
                    .as(path)
                    .isIn(400, 404);
        }
    }

    /** Whoever holds connections with unfinished bodies holds no thread of the server. */
    @Test
    void slow_bodies_hold_nobody_up() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (String path : List.of(mint.uri().getRawPath(), "/api/auth/token-for-email")) {
                for (int i = 0; i < 120; i++) {
                    Socket socket = new Socket(mint.uri().getHost(), mint.uri().getPort());
                    slow.add(socket);
                    socket.getOutputStream()
                            .write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                            + "Content-Length: 60000\r\n\r\n{\"a")
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            }
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(Http.get(realm.url("")).send().status()).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void unknown_members_are_ignored_and_grant_nothing() {
        Answer answer = mint.mint("jane@example.com", body -> body.put("role", "admin")
                .put("sub", "x")
                .put("id", 1)
                .put("scope", "offline_access")
                .put("realm", "master"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(Jwt.payload(answer.json().path("accessToken").asText())
                        .path("scope")
                        .asText())
                .isEqualTo("openid");
        assertThat(answer.json().path("user").path("role").asText()).isEqualTo("premium");
    }

    // ---- realms ----

    @Test
    void the_master_realm_and_a_disabled_realm_are_404() {
        assertRefused(
                Http.post(realm.server().url("/realms/master/api/auth/token-for-email"))
                        .header(Mint.SECRET_HEADER, secret())
                        .json(mint.body("jane@example.com"))
                        .send(),
                404,
                "NOT_FOUND");
        realm.updateRealm(settings -> settings.put("enabled", false));
        try {
            assertRefused(mint.mint("jane@example.com"), 404, "NOT_FOUND");
        } finally {
            realm.updateRealm(settings -> settings.put("enabled", true));
        }
    }

    @Test
    void a_realm_that_wants_tls_gets_403_without() {
        realm.updateRealm(settings -> settings.put("sslRequired", "all"));
        try {
            assertRefused(mint.mint("jane@example.com"), 403, "FORBIDDEN");
        } finally {
            realm.updateRealm(settings -> settings.put("sslRequired", "none"));
        }
    }

    @Test
    void another_realms_caller_is_a_stranger_here() {
        try (TestRealm other = TestRealm.create()) {
            assertRefused(
                    Http.post(mint.uri())
                            .basic("billing-service", other.clientSecret("billing-service"))
                            .json(mint.body("jane@example.com").put("reason", "x"))
                            .send(),
                    401,
                    "UNAUTHORIZED");
        }
    }

    // ---- at once ----

    @Test
    void fifty_mints_at_once_are_fifty_tokens_and_fifty_rows() throws Exception {
        realm.createUser("busy@example.com", user -> {});
        CyclicBarrier together = new CyclicBarrier(50);
        ExecutorService pool = Executors.newFixedThreadPool(50);
        try {
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(() -> {
                    together.await();
                    return mint.mint("busy@example.com");
                });
            }
            Set<String> jtis = ConcurrentHashMap.newKeySet();
            for (Future<Answer> call : pool.invokeAll(calls)) {
                Answer answer = call.get();
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                jtis.add(Jwt.payload(answer.json().path("accessToken").asText())
                        .path("jti")
                        .asText());
            }
            assertThat(jtis).hasSize(50);
            Set<String> rows = ConcurrentHashMap.newKeySet();
            realm.get("/mint/mints?email=busy@example.com&max=1000")
                    .expect(200)
                    .json()
                    .path("mints")
                    .forEach(row -> rows.add(row.path("jti").asText()));
            assertThat(rows).isEqualTo(jtis);
        } finally {
            pool.shutdownNow();
        }
    }

    // ---- below HTTP libraries ----

    @Test
    void odd_requests_get_an_answer_and_never_a_5xx() {
        String path = mint.uri().getRawPath();
        String host = mint.uri().getHost() + ":" + mint.uri().getPort();
        String headers = "Host: " + host + "\r\n" + Mint.SECRET_HEADER + ": " + secret() + "\r\nConnection: close\r\n";
        List<String> requests = List.of(
                "POST " + path + " HTTP/1.1\r\n" + headers + "Content-Type: application/json\r\n\r\n",
                "POST " + path + " HTTP/1.1\r\n" + headers
                        + "Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                "POST /" + path + " HTTP/1.1\r\n" + headers + "Content-Length: 0\r\n\r\n",
                "POST " + path + "/../token-for-email HTTP/1.1\r\n" + headers + "Content-Length: 0\r\n\r\n",
                "POST " + path + "%00 HTTP/1.1\r\n" + headers + "Content-Length: 0\r\n\r\n",
                "POST " + path + ";x=y HTTP/1.1\r\n" + headers + "Content-Length: 0\r\n\r\n",
                "POST " + path.toUpperCase(java.util.Locale.ROOT) + " HTTP/1.1\r\n" + headers
                        + "Content-Length: 0\r\n\r\n",
                "TRACE " + path + " HTTP/1.1\r\n" + headers + "\r\n",
                "HEAD " + path + " HTTP/1.1\r\n" + headers + "\r\n",
                "PROPFIND " + path + " HTTP/1.1\r\n" + headers + "\r\n");
        for (String request : requests) {
            Answer answer = RawHttp.send(realm.server().baseUrl(), request);
            assertThat(answer.status())
                    .as(request.lines().findFirst().orElseThrow())
                    .isBetween(400, 499);
            assertThat(answer.body()).doesNotContain("accessToken");
        }
    }
}
