package io.github.keycloakmint.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits as callers meet them, set by the realm's attributes. */
@Tag("once")
class LimitsIT {

    private static final String SECRET_HEADER = "X-Tribe-Service-Secret";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void limit(String capability, String kind, String rate) {
        realm.realmAttribute("mint.limit." + capability + "." + kind, rate);
    }

    /** A bucket of its own for each test, however many ran before it: another rate is another bucket. */
    private static Answer mint(String secret) {
        return Http.post(realm.url("/api/auth/token-for-email"))
                .header(SECRET_HEADER, secret)
                .json(Json.object("email", "jane@example.com", "platformId", realm.platformId()))
                .send();
    }

    @Test
    void a_limit_trips_says_so_and_ends() {
        Metrics metrics = new Metrics(realm.server());
        limit("refresh", "address", "3/15");
        assertThat(Caller.heard(realm, 3)).isEqualTo(3);
        double before = metrics.value("keycloak_mint_limits_total", "capability", "refresh", "outcome", "refused");

        Answer answer = Caller.refresh(realm);

        Caller.limited(answer, "address", "3/15");
        assertThat(Integer.parseInt(answer.header("retry-after").orElseThrow())).isBetween(1, 5);
        assertThat(metrics.value("keycloak_mint_limits_total", "capability", "refresh", "outcome", "refused"))
                .isEqualTo(before + 1);
        Poll.untilTrue("the line in the log", Duration.ofSeconds(10), () -> realm.server()
                .log()
                .lines()
                .anyMatch(line -> line.contains("[keycloakmint.limits]")
                        && line.contains("Limit reached: refresh by address in realm '" + realm.name() + "'")));
        Poll.untilTrue(
                "the limit's end",
                Duration.ofSeconds(15),
                () -> Caller.refresh(realm).status() == 401);
    }

    /** Of a caller who is known: a stranger's calls leave no event anyway. */
    @Test
    void one_line_a_bucket_and_window_and_no_event() {
        String secret = realm.server().secrets().current();
        Poll.untilTrue(
                "the platform", Duration.ofSeconds(15), () -> mint(secret).status() == 200);
        limit("token-for-email", "caller", "2/301");
        int before = realm.events("TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR").size();
        for (int i = 0; i < 6; i++) {
            assertThat(mint(secret).status()).isEqualTo(i < 2 ? 200 : 429);
        }
        Poll.untilTrue("the line in the log", Duration.ofSeconds(10), () -> lines("2 in 301 s") == 1);
        assertThat(realm.events("TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR")).hasSize(before + 2);
        assertThat(lines("2 in 301 s")).isEqualTo(1);
        limit("token-for-email", "caller", null);
    }

    private static long lines(String text) {
        return realm.server()
                .log()
                .lines()
                .filter(line -> line.contains("[keycloakmint.limits]") && line.contains(realm.name()))
                .filter(line -> line.contains(text))
                .count();
    }

    @Test
    void every_shape_has_its_own_words_for_it() {
        limit("token-for-email", "address", "1/302");
        mint("-");
        Answer mint = mint("-");
        assertThat(mint.status()).isEqualTo(429);
        assertThat(mint.json().path("error").path("code").asText()).isEqualTo("TOO_MANY_REQUESTS");
        assertThat(mint.json().path("error").path("status").asInt()).isEqualTo(429);
        Caller.headers(mint, "address", "1/302");
        limit("token-for-email", "address", null);

        limit("verify-external-user", "address", "1/302");
        URI external = realm.url("/auth/verify-external-user");
        Http.post(external).json("{}").send();
        Answer verified = Http.post(external).json("{}").send();
        assertThat(verified.status()).isEqualTo(429);
        assertThat(verified.json().path("code").asText()).isEqualTo("auth/too-many-requests");
        Caller.headers(verified, "address", "1/302");

        limit("verify", "address", "1/302");
        URI verify = realm.url("/api/auth/verify");
        Http.get(verify).send();
        Answer gateway = Http.get(verify).send();
        assertThat(gateway.status()).isEqualTo(403);
        assertThat(gateway.json().path("error").asText()).isEqualTo("too_many_requests");
        Caller.headers(gateway, "address", "1/302");
        limit("verify", "address", null);
    }

    @Test
    void an_email_has_a_limit_for_each_address_and_another_email_another() {
        limit("password-reset", "target", "2/303");
        realm.updateRealm(representation -> representation.put("resetPasswordAllowed", true));
        for (String email : List.of("jane@example.com", "nobody@example.com")) {
            assertThat(reset(email).status()).isNotEqualTo(429);
            assertThat(reset(" " + email.toUpperCase(java.util.Locale.ROOT)).status())
                    .isNotEqualTo(429);
            Caller.limited(reset(email), "target", "2/303");
        }
    }

    private static Answer reset(String email) {
        return Http.post(realm.url("/auth/password-reset"))
                .json(Json.object("client_id", "cid_inbox_manager", "email", email))
                .send();
    }

    @Test
    void only_failures_count_as_failures() {
        String secret = realm.server().secrets().current();
        Poll.untilTrue(
                "the platform", Duration.ofSeconds(15), () -> mint(secret).status() == 200);
        limit("token-for-email", "failure", "3/304");
        for (int i = 0; i < 6; i++) {
            assertThat(mint(secret).status()).isEqualTo(200);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(mint("wrong-" + i).status()).isEqualTo(401);
        }
        assertThat(mint("wrong").status()).isEqualTo(429);
        Answer honest = mint(secret);
        assertThat(honest.status()).isEqualTo(429);
        Caller.headers(honest, "failure", "3/304");
        limit("token-for-email", "failure", null);
        assertThat(mint(secret).status()).isEqualTo(200);
    }

    @Test
    void a_bad_bearer_token_is_a_failure_and_none_at_all_or_one_that_ended_is_not() {
        limit("accounts", "failure", "2/305");
        URI accounts = realm.url("/api/accounts");
        for (int i = 0; i < 4; i++) {
            assertThat(Http.get(accounts).send().status()).isEqualTo(401);
        }
        assertThat(Http.get(accounts).bearer("x").send().status()).isEqualTo(401);
        assertThat(Http.get(accounts).bearer("x").send().status()).isEqualTo(401);
        Caller.limited(Http.get(accounts).bearer("x").send(), "failure", "2/305");
        // as an app has it whose user was away: it is to hear 401, and to refresh
        String ended = unsigned(Json.object("exp", 1_700_000_000));
        for (int i = 0; i < 4; i++) {
            assertThat(Http.get(accounts).bearer(ended).send().status()).isEqualTo(401);
        }
        Caller.limited(
                Http.get(accounts).bearer(unsigned(Json.object("sub", "x"))).send(), "failure", "2/305");
        String good = realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD);
        assertThat(Http.get(accounts).bearer(good).send().status())
                .as("a good token in the same office")
                .isEqualTo(200);
        limit("accounts", "failure", null);
    }

    private static String unsigned(Object payload) {
        String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
        return Stream.of(header, payload.toString(), "x")
                .map(part -> Base64.getUrlEncoder().withoutPadding().encodeToString(part.getBytes(UTF_8)))
                .collect(Collectors.joining("."));
    }

    @Test
    void a_bad_key_is_a_failure_whatever_token_is_beside_it() {
        limit("api-keys", "failure", "2/305");
        URI tokens = realm.url("/api/api-keys/token");
        String ended = unsigned(Json.object("exp", 1_700_000_000));
        for (int i = 0; i < 3; i++) {
            Answer answer = Http.post(tokens)
                    .header("X-API-KEY", "km_live_" + i)
                    .bearer(ended)
                    .send();
            assertThat(answer.status()).isEqualTo(i < 2 ? 401 : 429);
        }
        limit("api-keys", "failure", null);
    }

    @Test
    void verify_over_its_limit_is_403_to_proxies_and_limited_in_metrics() {
        Metrics metrics = new Metrics(realm.server());
        limit("verify", "failure", "1/305");
        double before = metrics.value("keycloak_mint_calls_total", "capability", "verify", "outcome", "limited");
        URI verify = realm.url("/api/auth/verify");
        assertThat(Http.get(verify).bearer("x").send().status()).isEqualTo(401);
        assertThat(Http.get(verify).bearer("x").send().status()).isEqualTo(403);
        assertThat(metrics.value("keycloak_mint_calls_total", "capability", "verify", "outcome", "limited"))
                .isEqualTo(before + 1);
        limit("verify", "failure", null);
    }

    @Test
    void a_client_has_a_limit_whoever_names_it_where_somebody_sets_one() {
        limit("password-reset", "client", "2/305");
        realm.updateRealm(representation -> representation.put("resetPasswordAllowed", true));
        assertThat(reset("a@example.com").status()).isNotEqualTo(429);
        assertThat(reset("b@example.com").status()).isNotEqualTo(429);
        Caller.limited(reset("c@example.com"), "client", "2/305");
        limit("password-reset", "client", null);
    }

    /** Else nobody would know why all callers of a site are one. */
    @Test
    void behind_a_proxy_that_is_not_trusted_the_log_says_so_without_what_the_header_says() {
        limit("refresh", "address", "1/317");
        for (int i = 0; i < 3; i++) {
            Caller.refresh(realm.url("/auth/refresh"), Optional.of("203.0.113.77"));
        }
        Poll.untilTrue("the warning", Duration.ofSeconds(10), () -> warnings().count() == 1);
        assertThat(warnings()).noneMatch(line -> line.contains("203.0.113.77"));
    }

    private static Stream<String> warnings() {
        return realm.server()
                .log()
                .lines()
                .filter(line -> line.contains("WARN") && line.contains("trusted-proxies"))
                .filter(line -> line.contains("'" + realm.name() + "'"));
    }

    @Test
    void a_caller_has_a_limit_wherever_he_calls_from() {
        String secret = realm.server().secrets().current();
        Poll.untilTrue(
                "the platform", Duration.ofSeconds(15), () -> mint(secret).status() == 200);
        limit("token-for-email", "caller", "2/306");
        assertThat(mint(secret).status()).isEqualTo(200);
        assertThat(mint(secret).status()).isEqualTo(200);
        Answer over = mint(secret);
        assertThat(over.status()).isEqualTo(429);
        Caller.headers(over, "caller", "2/306");
        limit("token-for-email", "caller", null);
    }

    @Test
    void keycloaks_token_endpoint_is_limited_by_address() {
        limit("keycloak-token", "address", "2/307");
        Map<String, String> fields = Map.of("grant_type", "password", "client_id", "nobody");
        URI token = realm.url("/protocol/openid-connect/token");
        assertThat(Http.post(token).form(fields).send().status()).isEqualTo(401);
        assertThat(Http.post(token).form(fields).send().status()).isEqualTo(401);
        Answer answer = Http.post(token).form(fields).send();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().path("error").asText()).isEqualTo("too_many_requests");
        assertThat(answer.json().has("error_description")).isTrue();
        Caller.headers(answer, "address", "2/307");
        limit("keycloak-token", "address", null);
        assertThat(Http.post(token).form(fields).send().status()).isEqualTo(401);
    }

    private static Answer grant(String form) {
        return Http.post(realm.url("/protocol/openid-connect/token"))
                .body("application/x-www-form-urlencoded", form)
                .send();
    }

    /** Whoever is over the limit of sign-in doesn't go on guessing at Keycloak's own door. */
    @Test
    void a_password_at_keycloaks_token_endpoint_has_a_limit_of_its_own() {
        String jane = "&client_id=cid_inbox_manager&username=jane%40example.com&password=";
        String honest = jane + TestRealm.PASSWORD;
        limit("keycloak-password-grant", "address", "2/310");
        // other grants and what is none are not counted by it
        for (String other : List.of("refresh_token", "client_credentials", "PASSWORD", "passwor", "")) {
            assertThat(grant("grant_type=" + other + honest).status()).as(other).isIn(400, 401);
        }
        assertThat(grant("grant_type=password" + honest).status()).isEqualTo(200);
        assertThat(grant("grant_type=password" + jane + "wrong").status()).isIn(400, 401);
        int events = realm.events("LOGIN_ERROR").size();
        for (String spelling : List.of(
                "grant_type=password" + honest,
                honest.substring(1) + "&grant_type=password",
                "grant_type=password&grant_type=refresh_token" + honest,
                "grant_type=password&grant_type=password" + honest,
                "%67rant_type=%70assword" + honest,
                // Keycloak takes control characters away before it looks
                "grant_type=pass%01word" + honest,
                "grant_type=%0Apassword%00" + honest,
                "grant_type=password&client_id=nobody",
                "grant_type=password")) {
            Answer answer = grant(spelling);
            assertThat(answer.status()).as(spelling).isEqualTo(429);
            assertThat(answer.json().path("error").asText()).isEqualTo("too_many_requests");
            Caller.headers(answer, "address", "2/310");
        }
        assertThat(grant("grant_type=refresh_token&grant_type=password" + honest)
                        .status())
                .isIn(400, 401);
        assertThat(realm.events("LOGIN_ERROR")).as("no event of a limited call").hasSize(events);
        // the bundle's own sign-in has its own
        Http.post(realm.url("/auth/sign-in"))
                .json(Json.object(
                        "client_id", "cid_inbox_manager", "email", "jane@example.com", "password", TestRealm.PASSWORD))
                .send()
                .expect(200);
        limit("keycloak-password-grant", "address", null);
        assertThat(realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD))
                .isNotEmpty();
    }

    @Test
    void a_page_can_read_that_it_is_to_wait() {
        limit("refresh", "address", "1/311");
        limit("keycloak-token", "address", "2/311");
        limit("keycloak-password-grant", "address", "1/311");
        String page = "https://app.inbox-manager.com";
        String form = "grant_type=password&client_id=nobody";
        URI token = realm.url("/protocol/openid-connect/token");
        Caller.refresh(realm);
        grant(form);
        Answer own = Http.post(realm.url("/auth/refresh"))
                .header("Origin", page)
                .json(Caller.BODY)
                .send();
        Answer byGrant = Http.post(token)
                .header("Origin", page)
                .body("application/x-www-form-urlencoded", form)
                .send();
        Answer byEndpoint = Http.post(token)
                .header("Origin", page)
                .body("application/x-www-form-urlencoded", form)
                .send();
        Answer byNoPage = grant(form);
        limit("keycloak-token", "address", null);
        limit("keycloak-password-grant", "address", null);
        Caller.headers(byGrant, "address", "1/311");
        Caller.headers(byEndpoint, "address", "2/311");
        for (Answer answer : List.of(own, byGrant, byEndpoint)) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(429);
            assertThat(answer.headers("access-control-expose-headers"))
                    .containsExactly("Retry-After, RateLimit, RateLimit-Policy");
            assertThat(answer.headers("vary")).contains("Origin");
            assertThat(answer.headers("access-control-allow-origin")).containsExactly(answer == own ? page : "*");
        }
        assertThat(byEndpoint.headers("access-control-allow-credentials")).isEmpty();
        assertThat(byNoPage.status()).isEqualTo(429);
        assertThat(byNoPage.headers("access-control-allow-origin")).isEmpty();
    }

    @Test
    void the_page_is_in_the_browsers_language() {
        limit("keycloak-reset", "address", "1/312");
        realm.updateRealm(representation -> {
            representation.put("internationalizationEnabled", true).put("defaultLocale", "en");
            representation.putArray("supportedLocales").add("en").add("de").add("fr");
        });
        Map<String, String> texts = Map.of(
                "en", "Too many requests",
                "de", "Zu viele Anfragen",
                // none of its own
                "fr", "Too many requests");
        resetPage("en");
        texts.forEach((language, text) -> {
            Answer answer = resetPage(language);
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.body()).as(language).contains(text).doesNotContain("mintTooManyRequests");
        });
        realm.updateRealm(representation -> representation.put("internationalizationEnabled", false));
        assertThat(resetPage("de").body()).contains("Too many requests");
    }

    private static Answer resetPage(String language) {
        return Http.post(realm.url("/login-actions/reset-credentials"))
                .header("Accept-Language", language)
                .form(Map.of("username", "x"))
                .send();
    }

    @Test
    void keycloaks_login_forms_are_limited_by_address_and_answer_with_a_page() {
        limit("keycloak-login", "address", "2/308");
        limit("keycloak-reset", "address", "1/308");
        page("/login-actions/authenticate", 2, "2/308");
        page("/login-actions/reset-credentials", 1, "1/308");
        // one bucket with the other forms of the same kind
        for (String other : List.of("registration", "first-broker-login", "post-broker-login", "required-action")) {
            Answer answer = Http.post(realm.url("/login-actions/" + other))
                    .form(Map.of("x", "y"))
                    .send();
            assertThat(answer.status()).as(other).isEqualTo(429);
        }
    }

    private static void page(String path, int calls, String rate) {
        for (int i = 0; i < calls; i++) {
            assertThat(Http.post(realm.url(path))
                            .form(Map.of("username", "x"))
                            .send()
                            .status())
                    .isNotEqualTo(429);
        }
        Answer answer = Http.post(realm.url(path)).form(Map.of("username", "x")).send();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("content-type").orElseThrow()).startsWith("text/html");
        assertThat(answer.body()).contains("Too many requests");
        Caller.headers(answer, "address", rate);
    }

    @Test
    void a_bad_attribute_is_an_error_in_the_log_and_changes_nothing() {
        limit("sign-out", "address", "many");
        for (int i = 0; i < 5; i++) {
            Http.post(realm.url("/auth/sign-out")).json("{}").send().expect(204);
        }
        Poll.untilTrue("the error", Duration.ofSeconds(10), () -> realm.server()
                .log()
                .lines()
                .anyMatch(line -> line.contains("ERROR")
                        && line.contains("mint.limit.sign-out.address of realm '" + realm.name() + "'")));
    }

    /** Each with the limit that it is to have: a name that is misspelled is a limit that nobody has. */
    @ParameterizedTest
    @EnumSource(names = {"ADDRESS", "FAILURE", "TARGET"})
    void every_endpoint_asks_for_its_limits_under_the_name_that_is_documented(Limiter.Kind kind) {
        Map<String, Supplier<Http>> calls = ShippedCalls.of(realm, kind);
        String rate = "1/" + (310 + kind.ordinal());
        realm.updateRealm(representation -> calls.keySet()
                .forEach(name ->
                        representation.withObject("/attributes").put("mint.limit." + name + "." + kind.word(), rate)));
        Set<String> limited = new TreeSet<>();
        calls.forEach((name, call) -> {
            call.get().send();
            Answer answer = call.get().send();
            String policy = answer.header("ratelimit-policy").orElse("");
            if (policy.startsWith('"' + kind.word() + "\";q=1;")
                    && answer.status() == (name.equals("verify") ? 403 : 429)) {
                limited.add(name);
            }
        });
        realm.updateRealm(representation -> calls.keySet()
                .forEach(name ->
                        representation.withObject("/attributes").remove("mint.limit." + name + "." + kind.word())));
        assertThat(limited).isEqualTo(new TreeSet<>(calls.keySet()));
    }
}
