package io.github.keycloakmint.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key set at its well-known address. */
class JwksIT {

    private static final String PATH = "/.well-known/jwks.json";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static Answer get() {
        return Http.get(realm.url(PATH)).send();
    }

    private static String tag() {
        return get().header("ETag").orElseThrow();
    }

    private static Answer knowing(String ifNoneMatch) {
        return Http.get(realm.url(PATH)).header("If-None-Match", ifNoneMatch).send();
    }

    @Test
    void it_is_what_keycloaks_certs_are_and_may_be_kept() {
        Answer answer = get().expect(200);
        assertThat(answer.json())
                .isEqualTo(Http.get(realm.url("/protocol/openid-connect/certs"))
                        .send()
                        .expect(200)
                        .json());
        assertThat(answer.headers("Cache-Control")).containsExactly("public, max-age=300");
        assertThat(answer.headers("Content-Type")).containsExactly("application/json");
        assertThat(answer.headers("ETag")).hasSize(1);
        assertThat(answer.header("ETag").orElseThrow()).matches("\"[A-Za-z0-9_-]{24}\"");
        assertThat(answer.headers("Set-Cookie")).isEmpty();
    }

    @Test
    void symmetric_and_private_keys_are_never_in_it() {
        List<String> algorithms = new ArrayList<>();
        for (JsonNode key : get().json().path("keys")) {
            assertThat(key.path("kty").asText()).isIn("RSA", "EC", "OKP");
            assertThat(key.has("d")).isFalse();
            assertThat(key.has("k")).isFalse();
            algorithms.add(key.path("alg").asText());
        }
        assertThat(algorithms).contains("RS256", "ES256").noneMatch(algorithm -> algorithm.startsWith("HS"));
    }

    @Test
    void who_has_it_already_is_told_so_without_a_body() {
        for (String known : List.of(tag(), "W/" + tag(), "\"other\", " + tag(), "*")) {
            Answer answer = knowing(known);
            assertThat(answer.status()).as(known).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.header("ETag")).contains(tag());
            assertThat(answer.headers("Cache-Control")).containsExactly("public, max-age=300");
        }
        for (String other : List.of("\"other\"", tag().replace("\"", ""), "garbage", ",")) {
            assertThat(knowing(other).status()).as(other).isEqualTo(200);
        }
    }

    @Test
    void its_tag_changes_with_the_keys_and_only_then() {
        String before = tag();
        assertThat(tag()).isEqualTo(before);
        Keys keys = new Keys(realm);
        String added = keys.add("rsa-generated", "RS256", 1, false);
        assertThat(tag()).isNotEqualTo(before);
        assertThat(knowing(before).status()).isEqualTo(200);
        keys.delete(added);
        assertThat(tag()).isEqualTo(before);
    }

    @Test
    void head_says_the_same_without_the_keys() {
        Answer answer = Http.request("HEAD", realm.url(PATH)).send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("ETag")).contains(tag());
        assertThat(answer.headers("Cache-Control")).containsExactly("public, max-age=300");
    }

    @Test
    void any_page_may_read_it_without_credentials() {
        Answer answer = Http.get(realm.url(PATH))
                .header("Origin", "https://anything.example")
                .send()
                .expect(200);
        assertThat(answer.headers("Access-Control-Allow-Origin")).containsExactly("*");
        assertThat(answer.headers("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(answer.headers("Access-Control-Expose-Headers"))
                .containsExactly("ETag, Retry-After, RateLimit, RateLimit-Policy");
        Answer preflight = Http.request("OPTIONS", realm.url(PATH))
                .header("Origin", "https://anything.example")
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "If-None-Match")
                .send();
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers("Access-Control-Allow-Origin")).containsExactly("*");
        assertThat(preflight.header("Access-Control-Allow-Methods")).contains("GET, HEAD, OPTIONS");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("If-None-Match");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void other_methods_are_405(String method) {
        Answer answer = Http.request(method, realm.url(PATH))
                .body("application/x-www-form-urlencoded", "a=b")
                .send();
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET, HEAD, OPTIONS");
        assertThat(answer.json().path("error").asText()).isEqualTo("method_not_allowed");
    }

    @Test
    void unknown_disabled_and_master_realms_have_none() {
        notFound(Http.get(realm.server().url("/realms/no-such-realm" + PATH)).send());
        notFound(Http.get(realm.server().url("/realms/master" + PATH)).send());
        try (TestRealm other = TestRealm.create()) {
            other.updateRealm(settings -> settings.put("enabled", false));
            notFound(Http.get(other.url(PATH)).send());
        }
    }

    private static void notFound(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
        assertThat(answer.json().path("error").asText()).isEqualTo("not_found");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
    }

    @Test
    void a_realm_that_wants_tls_wants_it_here() {
        try (TestRealm other = TestRealm.create(settings -> settings.put("sslRequired", "all"))) {
            Answer answer = Http.get(other.url(PATH)).send();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).isEqualTo("forbidden");
        }
    }

    @Test
    void keycloaks_own_well_known_documents_and_paths_beside_it_are_as_before() {
        assertThat(Http.get(realm.url("/.well-known/openid-configuration"))
                        .send()
                        .expect(200)
                        .json()
                        .path("issuer")
                        .asText())
                .endsWith("/realms/" + realm.name());
        for (String path : List.of("/.well-known/jwks", "/.well-known/jwks.json5", "/.well-known/jwks.json/x")) {
            assertThat(Http.get(realm.url(path)).send().status()).as(path).isEqualTo(404);
        }
        assertThat(Http.get(realm.server().url("/.well-known/oauth-authorization-server/realms/" + realm.name()))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void calls_are_counted_and_leave_no_line_and_no_event() {
        Metrics metrics = new Metrics(Servers.shared());
        String[] labels = {"capability", "jwks", "outcome", "success"};
        double before = metrics.value("keycloak_mint_calls_total", labels);
        int events = realm.events().size();
        get().expect(200);
        knowing(tag());
        assertThat(metrics.value("keycloak_mint_calls_total", labels)).isGreaterThanOrEqualTo(before + 3);
        assertThat(realm.events()).hasSize(events);
        assertThat(realm.server().log()).doesNotContain("\"capability\":\"jwks\"");
    }

    @Test
    void the_root_has_none_where_no_realm_is_found() {
        notFound(Http.get(Servers.shared().url(PATH)).send());
    }
}
