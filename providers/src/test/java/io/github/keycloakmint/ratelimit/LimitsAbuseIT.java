package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.RawHttp;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One caller is one bucket, whatever he writes into headers and paths. On a server of its own with the limits that it has as
 * shipped, under a path and behind a proxy that it trusts: this test.
 */
@Tag("once")
class LimitsAbuseIT {

    private static KeycloakServer server;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        server = Servers.start(ServerOptions.forTests()
                .without("--spi-mint-limiter--ratelimit--defaults")
                .with("--spi-mint-kernel--default--trusted-proxies", "0.0.0.0/0")
                .with("--spi-mint-limiter--ratelimit--exempt-addresses", "198.51.100.0/24")
                // an endpoint that has no limit as shipped, in the way that is hardest to spell
                .withEnvironment("KC_SPI_MINT_LIMITER__RATELIMIT__LIMIT_JWKS_ADDRESS", "4/300")
                .withRelativePath("/kc"));
        realm = TestRealm.create(server, "demo-realm.json", settings -> settings.put("sslRequired", "none"));
    }

    @AfterAll
    static void stop() {
        realm.close();
        server.close();
    }

    private static Answer from(String address) {
        return Caller.refresh(realm.url("/auth/refresh"), Optional.of(address));
    }

    private static int heard(Stream<String> addresses) {
        return (int) addresses.filter(address -> from(address).status() == 401).count();
    }

    @Test
    void an_untrusted_peer_may_write_what_it_likes_into_forwarded_headers() {
        try (TestRealm open = TestRealm.create()) {
            open.realmAttribute("mint.limit.refresh.address", "5/300");
            int heard = 0;
            for (int i = 0; i < 20; i++) {
                Answer answer = Http.post(open.url("/auth/refresh"))
                        .header("X-Forwarded-For", "203.0.113." + i)
                        .header("X-Forwarded-For", "203.0.113." + (i + 100))
                        .header("Forwarded", "for=203.0.113." + i)
                        .header("X-Real-IP", "203.0.113." + i)
                        .json(Caller.BODY)
                        .send();
                heard += answer.status() == 401 ? 1 : 0;
            }
            assertThat(heard).isEqualTo(5);
        }
    }

    @Test
    void what_stands_left_of_the_address_that_the_proxy_saw_is_the_callers_own_invention() {
        assertThat(heard(Stream.iterate(1, i -> i + 1).limit(60).map(i -> "2001:db8:f:" + i + "::1, 2001:db8:e::7")))
                .isEqualTo(50);
    }

    @Test
    void a_64_is_one_caller_and_the_next_one_another() {
        assertThat(heard(Stream.iterate(1, i -> i + 1).limit(60).map(i -> "2001:db8:a:b:" + i + "::" + i)))
                .isEqualTo(50);
        Caller.limited(from("2001:0DB8:000a:000b:ffff:ffff:ffff:ffff"), "address", "50/300");
        assertThat(from("2001:db8:a:c::1").status()).isEqualTo(401);
    }

    @Test
    void behind_a_nat64_each_ipv4_address_is_a_caller() {
        assertThat(heard(Stream.generate(() -> "64:ff9b::203.0.113.9").limit(60)))
                .isEqualTo(50);
        Caller.limited(from("203.0.113.9"), "address", "50/300");
        assertThat(from("64:ff9b::203.0.113.10").status()).isEqualTo(401);
    }

    /** The proxy hands it on as it came. */
    @Test
    void the_header_that_is_not_named_is_the_callers_own_invention() {
        int heard = 0;
        for (int i = 0; i < 60; i++) {
            heard += Http.post(realm.url("/auth/refresh"))
                                    .header("X-Forwarded-For", "2001:db8:50::1")
                                    .header("Forwarded", "for=198.51.100." + i)
                                    .json(Caller.BODY)
                                    .send()
                                    .status()
                            == 401
                    ? 1
                    : 0;
        }
        assertThat(heard).isEqualTo(50);
    }

    @Test
    void an_exempt_address_is_not_limited() {
        assertThat(heard(Stream.generate(() -> "::ffff:198.51.100.7").limit(60)))
                .isEqualTo(60);
    }

    @Test
    void a_caller_who_fails_is_refused_as_any_other_at_the_next_address_and_not_at_an_exempt_one() {
        for (int i = 0; i < 21; i++) {
            assertThat(failing("198.51.100.8").status()).isEqualTo(401);
            assertThat(failing("192.0.2.8").status()).isEqualTo(i < 20 ? 401 : 429);
        }
        assertThat(failing("198.51.100.8").status()).isEqualTo(401);
    }

    private static Answer failing(String address) {
        return Http.get(realm.url("/api/accounts"))
                .header("X-Forwarded-For", address)
                .bearer("x")
                .send();
    }

    @Test
    void a_limit_of_an_environment_variable_holds_for_an_endpoint_that_ships_none() {
        int heard = 0;
        for (int i = 0; i < 8; i++) {
            Answer answer = Http.get(realm.url("/.well-known/jwks.json"))
                    .header("X-Forwarded-For", "192.0.2.9")
                    .send();
            heard += answer.status() == 200 ? 1 : 0;
        }
        assertThat(heard).isEqualTo(4);
    }

    /** As shipped: five for one email from one address, in whatever case, and fifty for the address. */
    @Test
    void sign_in_has_five_tries_for_an_email_and_others_have_theirs() {
        for (int i = 0; i < 5; i++) {
            assertThat(signIn("2001:db8:5::1", i % 2 == 0 ? "jane@example.com" : " JANE@example.com ")
                            .status())
                    .isEqualTo(401);
        }
        Caller.limited(signIn("2001:db8:5::2", "jane@example.com"), "target", "5/300");
        assertThat(signIn("2001:db8:5::1", "john@example.com").status()).isEqualTo(401);
        assertThat(signIn("2001:db8:6::1", "jane@example.com").status()).isNotEqualTo(429);
    }

    private static Answer signIn(String address, String email) {
        return Http.post(realm.url("/auth/sign-in"))
                .header("X-Forwarded-For", address)
                .json(Json.object("client_id", "cid_inbox_manager", "email", email, "password", "wrong"))
                .send();
    }

    @Test
    void every_spelling_of_a_path_is_the_same_endpoint_or_none() {
        String address = "2001:db8:20::1";
        while (from(address).status() == 401) {
            // until there is nothing left
        }
        String name = realm.name();
        List<String> spellings = List.of(
                "/kc/realms/" + name + "/auth/refresh",
                "/kc/realms/" + name + "/auth/refresh/",
                "/kc/realms/" + name + "//auth/refresh",
                "/kc/realms/" + name + "/auth//refresh",
                "//kc/realms/" + name + "/auth/refresh",
                "/kc//realms/" + name + "/auth/refresh",
                "/kc/realms/" + name + "/auth/Refresh",
                "/kc/realms/" + name + "/AUTH/refresh",
                "/kc/Realms/" + name + "/auth/refresh",
                "/kc/realms/" + name + "/%61uth/refresh",
                "/kc/realms/" + name + "/auth/%72efresh",
                "/kc/realms/%74" + name.substring(1) + "/auth/refresh",
                "/kc/realms/" + name + "/auth/./refresh",
                "/kc/realms/" + name + "/auth/x/../refresh",
                "/kc/realms/" + name + "/auth;a=b/refresh",
                "/kc/realms/" + name + "/auth/refresh;a=b",
                "/kc/realms/" + name + "/auth/refresh?x=y",
                "/kc/realms/" + name + "/auth/refresh%2f",
                "/kc/" + name + "/auth/refresh",
                "/kc/" + name + "//auth/refresh",
                "/kc/" + name + "/%61uth/refresh");
        for (String spelling : spellings) {
            assertThat(raw(spelling, address, "application/json", Caller.BODY).status())
                    .as(spelling)
                    .isIn(429, 404, 400, 405);
        }
        // by the realm's path and by the project's
        for (String auth : List.of("/kc/realms/" + name + "/auth/", "/kc/" + name + "/auth/")) {
            assertThat(raw(auth + "refresh", address, "application/json", Caller.BODY)
                            .status())
                    .as(auth)
                    .isEqualTo(429);
        }
    }

    @Test
    void keycloaks_endpoints_have_one_bucket_for_every_spelling_too() {
        realm.realmAttribute("mint.limit.keycloak-token.address", "3/300");
        String address = "2001:db8:30::1";
        String form = "grant_type=password&client_id=nobody";
        String token = "/kc/realms/" + realm.name() + "/protocol/openid-connect/token";
        for (int i = 0; i < 3; i++) {
            assertThat(raw(token, address, "application/x-www-form-urlencoded", form)
                            .status())
                    .isEqualTo(401);
        }
        for (String spelling : List.of(
                token,
                token + "/",
                token.replace("/token", "//token"),
                token.replace("/token", "/%74oken"),
                token.replace("/protocol", "/%70rotocol"),
                token.replace("/protocol", "//protocol"),
                token.replace("/realms", "//realms"),
                token.replace("/token", "/Token"),
                token + ";a=b",
                token + "?a=b")) {
            assertThat(raw(spelling, address, "application/x-www-form-urlencoded", form)
                            .status())
                    .as(spelling)
                    .isIn(429, 404, 400, 405);
        }
        realm.realmAttribute("mint.limit.keycloak-token.address", null);
    }

    private static Answer raw(String path, String address, String type, String body) {
        return RawHttp.send(
                server.baseUrl(),
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: " + address
                        + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void http_2_is_no_other_caller() throws IOException, InterruptedException {
        String address = "2001:db8:40::1";
        assertThat(heard(Stream.generate(() -> address).limit(25))).isEqualTo(25);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request = HttpRequest.newBuilder(realm.url("/auth/refresh"))
                .header("X-Forwarded-For", address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Caller.BODY))
                .build();
        int heard = 0;
        HttpResponse<String> last = null;
        for (int i = 0; i < 40; i++) {
            last = client.send(request, HttpResponse.BodyHandlers.ofString());
            heard += last.statusCode() == 401 ? 1 : 0;
        }
        assertThat(last.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(heard).isEqualTo(25);
        assertThat(from(address).status()).isEqualTo(429);
    }
}
