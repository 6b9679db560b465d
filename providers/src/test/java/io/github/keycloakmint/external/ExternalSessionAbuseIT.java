package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that may not call, cookies that are not theirs, and refresh tokens that are good no more (T25, T26). */
class ExternalSessionAbuseIT {

    private static final String VERIFY = "verify-external-user";
    private static final String REFRESH = "request-new-access-token";
    private static final String INVALID = "auth/refresh-token-invalid";
    private static final String FORBIDDEN = "auth/forbidden";
    private static final String CLIENT = "external-users";
    private static final String PROVIDER = "external-project";

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String token() {
        return External.sign(External.claims(External.freshId()));
    }

    private static JsonNode signedIn() {
        return external.signedIn(token());
    }

    private static String refreshToken() {
        return signedIn().path("refreshToken").asText();
    }

    /** {@code name=value} of a page's cookie. */
    private static String cookie() {
        return cookie(external.verifyFromPage(token()));
    }

    private static String cookie(Answer answer) {
        String cookie = answer.expect(200).header("set-cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private static Http withCookie(String path, String cookie) {
        return external.post(path).header("Cookie", cookie);
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
                "https://app.inbox-manager.com https://evil.example",
                "http://localhost:3001",
                "file://",
                ""
            })
    void another_origin_is_403_everywhere_and_reads_nothing(String origin) {
        String cookie = cookie();
        Answer in = external.post(VERIFY)
                .header("Origin", origin)
                .json(Json.object("userJwt", token()))
                .send();
        Refused.with(in, 403, FORBIDDEN, origin);
        unreadable(in);
        Answer refreshed =
                withCookie(REFRESH, cookie).header("Origin", origin).json("{}").send();
        Refused.with(refreshed, 403, FORBIDDEN, origin);
        unreadable(refreshed);
        Refused.plainly(
                withCookie("sign-out", cookie)
                        .header("Origin", origin)
                        .json("{}")
                        .send(),
                403,
                "forbidden");
        // and was not signed out
        withCookie(REFRESH, cookie)
                .header("Origin", External.ORIGIN)
                .json("{}")
                .send()
                .expect(200);
    }

    @Test
    void two_origins_are_nobodys() {
        for (List<String> origins : List.of(
                List.of(External.ORIGIN, External.ORIGIN),
                List.of(External.ORIGIN, "https://evil.example"),
                List.of("https://evil.example", External.ORIGIN))) {
            Http call = external.post(VERIFY).json(Json.object("userJwt", token()));
            origins.forEach(origin -> call.header("Origin", origin));
            Answer answer = call.send();
            Refused.with(answer, 403, FORBIDDEN);
            unreadable(answer);
        }
    }

    @Test
    void without_an_origin_no_cookie_is_set_and_none_is_read() {
        Answer in = external.verify(token()).expect(200);
        assertThat(in.headers("set-cookie")).isEmpty();
        unreadable(in);
        String cookie = cookie();
        Refused.with(withCookie(REFRESH, cookie).json("{}").send(), 403, FORBIDDEN);
        Refused.plainly(withCookie("sign-out", cookie).json("{}").send(), 403, "forbidden");
        // nor taken back, where the body says what ends
        Answer out = withCookie("sign-out", cookie)
                .json(Json.object("refresh_token", "x"))
                .send()
                .expect(204);
        assertThat(out.headers("set-cookie")).isEmpty();
        withCookie(REFRESH, cookie)
                .header("Origin", External.ORIGIN)
                .json("{}")
                .send()
                .expect(200);
    }

    /** What a form of another site can send without being asked before. */
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void a_form_sets_and_reads_no_cookie(String type) {
        String cookie = cookie();
        for (String origin : List.of(External.ORIGIN, "https://evil.example")) {
            int status = origin.equals(External.ORIGIN) ? 415 : 403;
            for (String path : List.of(VERIFY, REFRESH, "sign-out")) {
                Answer answer = withCookie(path, cookie)
                        .header("Origin", origin)
                        .body(type, Json.text(Json.object("userJwt", token())))
                        .send();
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.headers("set-cookie")).isEmpty();
            }
        }
        withCookie(REFRESH, cookie)
                .header("Origin", External.ORIGIN)
                .json("{}")
                .send()
                .expect(200);
    }

    @Test
    void a_star_among_the_clients_origins_allows_nobody() {
        realm.updateClient(CLIENT, client -> client.putArray("webOrigins").add("*"));
        try {
            for (String origin : List.of("https://evil.example", "*", "null", External.ORIGIN)) {
                Answer answer = external.post(VERIFY)
                        .header("Origin", origin)
                        .json(Json.object("userJwt", token()))
                        .send();
                Refused.with(answer, 403, FORBIDDEN, origin);
                unreadable(answer);
                unreadable(preflight(VERIFY, origin));
            }
            assertThat(external.verify(token()).expect(200).headers("set-cookie"))
                    .isEmpty();
        } finally {
            realm.updateClient(
                    CLIENT,
                    client -> client.putArray("webOrigins").add(External.ORIGIN).add("http://localhost:3000"));
        }
    }

    private static Answer preflight(String path, String origin) {
        return Http.request("OPTIONS", realm.url("/auth/" + path))
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .send();
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, REFRESH, "sign-out"})
    void a_preflight_allows_the_clients_pages_alone(String path) {
        Answer allowed = preflight(path, External.ORIGIN);
        assertThat(allowed.status()).isEqualTo(204);
        assertThat(allowed.header("access-control-allow-origin")).contains(External.ORIGIN);
        assertThat(allowed.header("access-control-allow-credentials")).contains("true");
        assertThat(allowed.header("access-control-allow-methods").orElseThrow()).contains("POST");
        assertThat(allowed.header("access-control-allow-headers").orElseThrow()).containsIgnoringCase("content-type");
        assertThat(allowed.header("vary").orElseThrow()).containsIgnoringCase("origin");
        for (String origin : List.of("https://evil.example", "null", "*", External.ORIGIN + ".evil.example")) {
            unreadable(preflight(path, origin));
        }
    }

    // ---- cookies ----

    @Test
    void another_realms_cookie_is_none() {
        try (TestRealm other = TestRealm.create()) {
            String foreign = cookie(new External(other).verifyFromPage(token()));
            Answer answer = withCookie(REFRESH, foreign)
                    .header("Origin", External.ORIGIN)
                    .json("{}")
                    .send()
                    .expect(200);
            assertThat(answer.json().path("user").isNull()).isTrue();
            assertThat(answer.json().path("accessToken").isNull()).isTrue();
            // the browser sends both where paths overlap
            String own = cookie();
            for (String both : List.of(foreign + "; " + own, own + "; " + foreign)) {
                assertThat(withCookie(REFRESH, both)
                                .header("Origin", External.ORIGIN)
                                .json("{}")
                                .send()
                                .expect(200)
                                .json()
                                .path("success")
                                .booleanValue())
                        .isTrue();
            }
            withCookie("sign-out", foreign)
                    .header("Origin", External.ORIGIN)
                    .json("{}")
                    .send()
                    .expect(204);
            Http.post(other.url("/auth/" + REFRESH))
                    .header("Origin", External.ORIGIN)
                    .header("Cookie", foreign)
                    .json("{}")
                    .send()
                    .expect(200);
            Refused.with(external.refresh(foreign.substring(foreign.indexOf('=') + 1)), 403, INVALID);
        }
    }

    @Test
    void a_cookie_of_nonsense_is_403_or_none_and_never_a_failure() {
        for (String value : List.of("", "x", "a.b.c", "\"\"", "..", "e30.e30.e30", "x".repeat(4_000), "%00")) {
            Answer answer = withCookie(REFRESH, External.COOKIE + "=" + value)
                    .header("Origin", External.ORIGIN)
                    .json("{}")
                    .send();
            assertThat(answer.status()).as(value).isIn(200, 403);
            assertThat(answer.json().path("accessToken").isTextual()).as(value).isFalse();
        }
    }

    @Test
    void a_cookie_of_another_name_is_not_read() {
        String cookie = cookie().replace(External.COOKIE, External.COOKIE + "2");
        Answer answer = withCookie(REFRESH, cookie)
                .header("Origin", External.ORIGIN)
                .json("{}")
                .send()
                .expect(200);
        assertThat(answer.json().path("user").isNull()).isTrue();
    }

    @Test
    void the_cookies_path_is_the_prefix_that_was_called() {
        Answer answer = Http.post(realm.server().url("/" + realm.name() + "/auth/" + VERIFY))
                .header("Origin", External.ORIGIN)
                .json(Json.object("userJwt", token()))
                .send()
                .expect(200);
        assertThat(answer.header("set-cookie").orElseThrow()).contains("; Path=/" + realm.name() + "/auth;");
    }

    // ---- T25 ----

    private static void refusedWhile(Runnable change, Runnable undo) {
        String refreshToken = refreshToken();
        String cookie = cookie();
        external.refresh(refreshToken).expect(200);
        change.run();
        try {
            Refused.with(external.refresh(refreshToken), 403, INVALID);
            Answer byCookie = withCookie(REFRESH, cookie)
                    .header("Origin", External.ORIGIN)
                    .json("{}")
                    .send();
            assertThat(byCookie.json().path("accessToken").isTextual()).isFalse();
        } finally {
            undo.run();
        }
    }

    @Test
    void T25_no_refresh_while_the_provider_is_disabled() {
        refusedWhile(() -> Project.enabled(realm, PROVIDER, false), () -> Project.enabled(realm, PROVIDER, true));
    }

    @Test
    void T25_no_refresh_while_the_provider_is_for_another_client() {
        refusedWhile(
                () -> Project.config(realm, PROVIDER, "tokenClientId", "cid_inbox_manager"),
                () -> Project.config(realm, PROVIDER, "tokenClientId", CLIENT));
    }

    private static void whileClient(Consumer<ObjectNode> change) {
        ObjectNode good = realm.client(CLIENT);
        refusedWhile(
                () -> realm.updateClient(CLIENT, change),
                () -> realm.put("/clients/" + good.path("id").asText(), good).expect(204));
    }

    @Test
    void T25_no_refresh_while_the_client_has_not_opted_in() {
        whileClient(client -> client.withObject("/attributes").put("mint.capabilities", "google"));
    }

    @Test
    void T25_no_refresh_while_the_client_is_not_narrow() {
        whileClient(client -> client.put("fullScopeAllowed", true));
    }

    @Test
    void T25_no_refresh_while_the_client_is_disabled() {
        whileClient(client -> client.put("enabled", false));
    }

    @Test
    void T25_no_refresh_for_a_disabled_user() {
        String email = External.freshId() + "@external.example";
        JsonNode in = external.signedIn(
                External.sign(External.claims(External.freshId(), claims -> claims.put("email", email))));
        String userId = in.path("user").path("id").asText();
        realm.updateUser(userId, user -> user.put("enabled", false));
        Refused.with(external.refresh(in.path("refreshToken").asText()), 403, INVALID);
    }

    @Test
    void T25_no_refresh_without_the_link_or_with_another() {
        JsonNode in = signedIn();
        String userId = in.path("user").path("id").asText();
        String link = "/users/" + userId + "/federated-identity/" + PROVIDER;
        realm.delete(link).expect(204);
        Refused.with(external.refresh(in.path("refreshToken").asText()), 403, INVALID);
        realm.post(link, Json.object("identityProvider", PROVIDER, "userId", External.freshId(), "userName", "x"))
                .expect(204);
        Refused.with(external.refresh(in.path("refreshToken").asText()), 403, INVALID);
    }

    @Test
    void T25_no_refresh_for_a_user_who_is_gone_or_logged_out_by_an_admin() {
        JsonNode out = signedIn();
        realm.post("/users/" + out.path("user").path("id").asText() + "/logout", Json.object())
                .expect(204);
        Refused.with(external.refresh(out.path("refreshToken").asText()), 403, INVALID);
        JsonNode gone = signedIn();
        realm.delete("/users/" + gone.path("user").path("id").asText()).expect(204);
        Refused.with(external.refresh(gone.path("refreshToken").asText()), 403, INVALID);
    }

    // ---- tokens of another kind ----

    @Test
    void only_a_refresh_token_is_one() {
        JsonNode in = signedIn();
        String refreshToken = in.path("refreshToken").asText();
        String[] parts = refreshToken.split("\\.");
        Refused.with(external.refresh(in.path("accessToken").asText()), 403, INVALID, "access token");
        Refused.with(external.refresh(token()), 403, INVALID, "a foreign token");
        Refused.with(external.refresh("x"), 403, INVALID);
        Refused.with(external.refresh("..."), 403, INVALID);
        Refused.with(external.refresh("a.b.c"), 403, INVALID);
        Refused.with(external.refresh(refreshToken + "x"), 403, INVALID, "longer");
        Refused.with(external.refresh(parts[0] + "." + parts[1] + "."), 403, INVALID, "unsigned");
        Refused.with(
                external.refresh(HandmadeJwt.segment("{\"alg\":\"none\"}") + "." + parts[1] + "."),
                403,
                INVALID,
                "alg none");
        Refused.with(
                external.refresh(HandmadeJwt.signed(
                        "{\"alg\":\"RS256\"}",
                        Json.text(Jwt.payload(refreshToken)),
                        SigningAlgorithm.RS256,
                        HandmadeJwt.rsa(2048).getPrivate())),
                403,
                INVALID,
                "another key");
        external.refresh(refreshToken).expect(200);
    }

    /** Of the same client, for a user who came in by Keycloak's own grant: ID, offline and ordinary refresh token. */
    @Test
    void tokens_of_this_client_that_no_foreign_token_led_to_are_not_taken() {
        ObjectNode good = realm.client(CLIENT);
        realm.updateClient(CLIENT, client -> client.put("directAccessGrantsEnabled", true));
        String offlineScope = scope("offline_access");
        realm.put("/clients/" + good.path("id").asText() + "/optional-client-scopes/" + offlineScope, Json.object())
                .expect(204);
        try {
            JsonNode stock = grant("openid");
            Refused.with(external.refresh(stock.path("id_token").asText()), 403, INVALID, "ID token");
            Refused.with(external.refresh(stock.path("refresh_token").asText()), 403, INVALID, "ordinary");
            JsonNode offline = grant("openid offline_access");
            assertThat(Jwt.payload(offline.path("refresh_token").asText())
                            .path("typ")
                            .asText())
                    .isEqualTo("Offline");
            Refused.with(external.refresh(offline.path("refresh_token").asText()), 403, INVALID, "offline");
        } finally {
            realm.delete("/clients/" + good.path("id").asText() + "/optional-client-scopes/" + offlineScope)
                    .expect(204);
            realm.put("/clients/" + good.path("id").asText(), good).expect(204);
        }
    }

    private static String scope(String name) {
        for (JsonNode scope : realm.get("/client-scopes").expect(200).json()) {
            if (scope.path("name").asText().equals(name)) {
                return scope.path("id").asText();
            }
        }
        throw new AssertionError("no client scope " + name);
    }

    private static JsonNode grant(String scope) {
        return realm.token(
                        CLIENT,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                "jane@example.com",
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                scope))
                .expect(200)
                .json();
    }

    @Test
    void another_clients_refresh_token_is_none() {
        JsonNode stock = realm.token(
                        "cid_inbox_manager",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                "jane@example.com",
                                "password",
                                TestRealm.PASSWORD))
                .expect(200)
                .json();
        Refused.with(external.refresh(stock.path("refresh_token").asText()), 403, INVALID);
        ObjectNode claims = External.claims(External.freshId(), token -> token.put("iss", "https://accounts.google.com")
                .put("aud", "demo-google-client"));
        JsonNode google = external.post("google")
                .json(Json.object(
                        "id_token", External.sign(claims, "SOCIAL", header -> {}), "client_id", "cid_inbox_manager"))
                .send()
                .expect(200)
                .json();
        Refused.with(
                external.refresh(google.path("tokens").path("refresh_token").asText()), 403, INVALID);
    }

    /** The client is confidential, so that nobody gets past T25 by Keycloak's own door. */
    @Test
    void the_stock_token_endpoint_does_not_refresh_without_the_clients_secret() {
        String refreshToken = refreshToken();
        for (Map<String, String> credentials : List.of(
                Map.of("client_id", CLIENT),
                Map.of("client_id", CLIENT, "client_secret", ""),
                Map.of("client_id", CLIENT, "client_secret", "x"),
                Map.of("client_id", "cid_inbox_manager"))) {
            Map<String, String> form = new java.util.HashMap<>(credentials);
            form.put("grant_type", "refresh_token");
            form.put("refresh_token", refreshToken);
            Answer answer = Http.post(realm.url("/protocol/openid-connect/token"))
                    .form(form)
                    .send();
            assertThat(answer.status()).as(credentials.toString()).isIn(400, 401);
            assertThat(answer.json().has("access_token")).isFalse();
        }
        external.refresh(refreshToken).expect(200);
    }

    // ---- T23 ----

    @Test
    void T23_the_stock_grant_takes_no_foreign_token_and_uses_up_no_jti() {
        realm.updateClient(CLIENT, client -> client.withObject("/attributes")
                .put("oauth2.jwt.authorization.grant.enabled", "true")
                .put("oauth2.jwt.authorization.grant.idp", PROVIDER));
        String jwt = External.sign(External.claims(External.freshId(), claims -> claims.put("jti", External.freshId())
                .put("aud", realm.url("").toString())));
        Answer answer = realm.token(
                CLIENT, Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", jwt));
        assertThat(answer.status()).isIn(400, 401);
        assertThat(answer.json().has("access_token")).isFalse();
        external.verify(jwt).expect(200);
    }

    // ---- lineage ----

    /** T3, T19: what a foreign token leads to is an ordinary token of a narrow client, and no admin's. */
    @Test
    void its_access_token_opens_no_admin_door() {
        JsonNode in = signedIn();
        String accessToken = in.path("accessToken").asText();
        for (String path :
                List.of("/users", "/mint/users/" + in.path("user").path("id").asText() + "/suspensions")) {
            assertThat(Http.get(realm.adminUrl(path)).bearer(accessToken).send().status())
                    .isIn(401, 403);
        }
        assertThat(Http.get(realm.url("/account"))
                        .header("Accept", "application/json")
                        .bearer(accessToken)
                        .send()
                        .status())
                .isIn(401, 403);
    }
}
