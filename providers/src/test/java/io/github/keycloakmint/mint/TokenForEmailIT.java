package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Metrics;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract section 3: what a caller gets, field for field. */
class TokenForEmailIT {

    private static final long THIRTY_DAYS = 2_592_000;

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

    @Test
    void the_documented_call_answers_field_for_field_at_both_paths() {
        for (String path : new String[] {"/realms/" + realm.name() + "/api", "/api"}) {
            Answer answer = Http.post(realm.server().url(path + "/auth/token-for-email"))
                    .header(Mint.SECRET_HEADER, realm.server().secrets().current())
                    .json("{\n\"email\": \"jane@example.com\",\n\"platformId\": " + realm.platformId() + "\n}")
                    .send();
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.header("content-type")).contains("application/json");
            assertThat(answer.header("cache-control")).contains("no-store");
            JsonNode body = answer.json();
            assertThat(body.fieldNames()).toIterable().containsExactly("accessToken", "expiresIn", "user");
            assertThat(body.path("expiresIn").intValue()).isEqualTo((int) THIRTY_DAYS);
            assertThat(body.path("user"))
                    .isEqualTo(Json.object(
                            "id",
                            realm.userId("jane@example.com"),
                            "email",
                            "jane@example.com",
                            "name",
                            "Jane Doe",
                            "role",
                            "premium",
                            "platformId",
                            realm.platformId()));
        }
    }

    @Test
    void the_token_is_what_the_contract_says() {
        String token = mint.token("jane@example.com");
        String id = realm.userId("jane@example.com");
        assertThat(Jwt.header(token).path("alg").asText()).isEqualTo("HS256");
        JsonNode claims = Jwt.payload(token);
        assertThat(claims.path("id").asText()).isEqualTo(id);
        assertThat(claims.path("sub").asText()).isEqualTo(id);
        assertThat(claims.path("typ").asText()).isEqualTo("Bearer");
        assertThat(claims.path("azp").asText()).isEqualTo("tribe-upstream");
        assertThat(claims.path("jti").asText()).matches("trrtme:.+");
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(THIRTY_DAYS);
        assertThat(claims.path("act"))
                .isEqualTo(Json.object("sub", realm.serviceAccountId("tribe-upstream"), "client_id", "tribe-upstream"));
        assertThat(claims.has("preferred_username")).isFalse();
        assertThat(claims.has("sid")).isFalse();
        assertThat(claims.has("realm_access")).isFalse();
        assertThat(claims.has("resource_access")).isFalse();
    }

    @Test
    void userinfo_and_introspection_accept_it() {
        String token = mint.token("jane@example.com");
        String id = realm.userId("jane@example.com");
        assertThat(realm.userinfo(token).expect(200).json().path("sub").asText())
                .isEqualTo(id);
        JsonNode answer = realm.introspect("introspector", token).expect(200).json();
        assertThat(answer.path("active").asBoolean()).isTrue();
        assertThat(answer.path("id").asText()).isEqualTo(id);
        assertThat(answer.path("act").path("client_id").asText()).isEqualTo("tribe-upstream");
        assertThat(answer.has("preferred_username")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256"})
    void an_asymmetric_token_verifies_offline_with_a_stock_library(String algorithm) throws Exception {
        realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", algorithm);
        realm.clientAttribute("tribe-upstream", "mint.allow-long-asymmetric", "true");
        try {
            Answer answer = mint.mint("jane@example.com").expect(200);
            JWKSet keys = JWKSet.parse(Http.get(realm.url("/protocol/openid-connect/certs"))
                    .send()
                    .expect(200)
                    .body());
            DefaultJWTProcessor<SecurityContext> verifier = new DefaultJWTProcessor<>();
            verifier.setJWSKeySelector(
                    new JWSVerificationKeySelector<>(JWSAlgorithm.parse(algorithm), new ImmutableJWKSet<>(keys)));
            JWTClaimsSet claims =
                    verifier.process(answer.json().path("accessToken").asText(), null);
            assertThat(claims.getSubject()).isEqualTo(realm.userId("jane@example.com"));
            assertThat(claims.getIssuer()).isEqualTo(realm.url("").toString());
            assertThat(answer.json().path("expiresIn").asLong()).isEqualTo(THIRTY_DAYS);
        } finally {
            realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "HS256");
            realm.clientAttribute("tribe-upstream", "mint.allow-long-asymmetric", null);
        }
    }

    @Test
    void an_asymmetric_token_lives_a_day_unless_the_client_says_otherwise() {
        realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "RS256");
        try {
            assertThat(mint.mint("jane@example.com")
                            .expect(200)
                            .json()
                            .path("expiresIn")
                            .asLong())
                    .isEqualTo(86_400);
            assertThat(mint.mint("jane@example.com", body -> body.put("expiresIn", 86_401))
                            .status())
                    .isEqualTo(400);
        } finally {
            realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "HS256");
        }
    }

    @Test
    void a_shorter_life_is_given_as_asked() {
        Answer answer =
                mint.mint("jane@example.com", body -> body.put("expiresIn", 90)).expect(200);
        assertThat(answer.json().path("expiresIn").asLong()).isEqualTo(90);
        JsonNode claims = Jwt.payload(answer.json().path("accessToken").asText());
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(90);
    }

    @Test
    void the_email_is_found_in_any_case_and_answered_in_one() {
        assertThat(mint.mint("  JANE@Example.com ")
                        .expect(200)
                        .json()
                        .path("user")
                        .path("email")
                        .asText())
                .isEqualTo("jane@example.com");
    }

    @Test
    void the_previous_secret_works_during_a_rotation() {
        Answer answer = Http.post(mint.uri())
                .header(Mint.SECRET_HEADER, realm.server().secrets().previous())
                .json(mint.body("jane@example.com"))
                .send();
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void an_organization_can_be_the_platform_and_wants_a_member() {
        int platform = organizationPlatform("globex");
        assertThat(mint.mint("jane@example.com", body -> body.put("platformId", platform))
                        .expect(200)
                        .json()
                        .path("user")
                        .path("platformId")
                        .asInt())
                .isEqualTo(platform);
        assertThat(mint.mint("john@example.com", body -> body.put("platformId", platform))
                        .body())
                .isEqualTo(Mint.NO_SUCH_USER);
    }

    private static int organizationPlatform(String alias) {
        for (JsonNode organization : realm.get("/organizations").expect(200).json()) {
            if (organization.path("alias").asText().equals(alias)) {
                return realm.get("/organizations/" + organization.path("id").asText())
                        .expect(200)
                        .json()
                        .path("attributes")
                        .path("mint.platform-id")
                        .path(0)
                        .asInt();
            }
        }
        throw new AssertionError("no organization " + alias);
    }

    @Test
    void the_role_is_the_highest_in_the_realms_order_and_null_without_any() {
        String id = realm.createUser("roles@example.com", user -> {});
        assertThat(role("roles@example.com").isNull()).isTrue();
        realm.assignRealmRole(id, "free");
        realm.assignRealmRole(id, "creator");
        assertThat(role("roles@example.com").asText()).isEqualTo("creator");
        realm.realmAttribute("mint.role-order", "free, creator");
        try {
            assertThat(role("roles@example.com").asText()).isEqualTo("free");
        } finally {
            realm.realmAttribute("mint.role-order", "admin,creator,premium,basic,free");
        }
    }

    private static JsonNode role(String email) {
        return mint.mint(email).expect(200).json().path("user").path("role");
    }

    @Test
    void every_platform_role_is_minted_for_the_platforms_admin_included() {
        assertThat(role("ada@example.com").asText()).isEqualTo("admin");
        assertThat(role("max@example.com").asText()).isEqualTo("free");
    }

    @Test
    void a_user_without_a_name_has_none_in_the_answer() {
        realm.createUser("nameless@example.com", user -> user.remove(java.util.List.of("firstName", "lastName")));
        assertThat(mint.mint("nameless@example.com")
                        .expect(200)
                        .json()
                        .path("user")
                        .path("name")
                        .isNull())
                .isTrue();
    }

    @Test
    void a_client_with_its_own_secret_mints_under_its_own_policy() {
        JsonNode body = mint.mintAs(
                        "billing-service", "jane@example.com", request -> request.put("reason", "invoice 42"))
                .expect(200)
                .json();
        assertThat(body.path("expiresIn").asLong()).isEqualTo(3600);
        assertThat(Jwt.payload(body.path("accessToken").asText()).path("azp").asText())
                .isEqualTo("billing-service");
    }

    @Test
    void a_client_with_a_key_mints_by_client_assertion() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048)
                .keyID("k1")
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS256)
                .generate();
        realm.updateClient("billing-service", client -> {
            client.put("clientAuthenticatorType", "client-jwt");
            client.withObject("/attributes")
                    .put("use.jwks.string", "true")
                    .put("jwks.string", new JWKSet(key.toPublicJWK()).toString())
                    .put("token.endpoint.auth.signing.alg", "RS256");
        });
        try {
            String assertion = assertion(key);
            Answer answer = Http.post(mint.uri())
                    .json(mint.body("jane@example.com")
                            .put("reason", "invoice 42")
                            .put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                            .put("client_assertion", assertion))
                    .send();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            Answer replayed = Http.post(mint.uri())
                    .json(mint.body("jane@example.com")
                            .put("reason", "invoice 42")
                            .put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                            .put("client_assertion", assertion))
                    .send();
            assertThat(replayed.body()).isEqualTo(Mint.UNAUTHORIZED);
        } finally {
            realm.updateClient("billing-service", client -> client.put("clientAuthenticatorType", "client-secret"));
        }
    }

    private static String assertion(RSAKey key) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer("billing-service")
                        .subject("billing-service")
                        .audience(realm.url("").toString())
                        .jwtID(UUID.randomUUID().toString())
                        .issueTime(new Date())
                        .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                        .build());
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    @Test
    void an_allowed_audience_is_the_only_one_in_the_token() {
        String token = mint.mintAs("billing-service", "jane@example.com", body -> body.put("reason", "x")
                        .put("audience", "https://api.inbox-manager.com"))
                .expect(200)
                .json()
                .path("accessToken")
                .asText();
        assertThat(Jwt.payload(token).path("aud").asText()).isEqualTo("https://api.inbox-manager.com");
        // who is not in the audience is told nothing
        assertThat(mint.active(token)).isFalse();
    }

    @Test
    void a_call_leaves_one_event_one_audit_line_and_one_count() {
        Metrics metrics = new Metrics(realm.server());
        double before =
                metrics.value("keycloak_mint_calls_total", "capability", "token-for-email", "outcome", "success");
        String token = mint.mint("jane@example.com", body -> body.put("reason", "support case 7"))
                .expect(200)
                .json()
                .path("accessToken")
                .asText();
        String jti = Jwt.payload(token).path("jti").asText();
        JsonNode line = new AuditLog(realm.server())
                .await(entry -> entry.path("jti").asText().equals(jti));
        assertThat(line.path("targetEmail").asText()).isEqualTo("jane@example.com");
        assertThat(line.path("targetUserId").asText()).isEqualTo(realm.userId("jane@example.com"));
        assertThat(line.path("targetRole").asText()).isEqualTo("premium");
        assertThat(line.path("platformId").asInt()).isEqualTo(realm.platformId());
        assertThat(line.path("ip").asText() + "/32").isEqualTo(realm.server().callerCidr());
        assertThat(line.path("outcome").asText()).isEqualTo("success");
        assertThat(Instant.parse(line.path("issuedAt").asText()).getEpochSecond())
                .isEqualTo(Jwt.payload(token).path("iat").asLong());
        assertThat(line.path("caller").asText()).isEqualTo("tribe-upstream");
        assertThat(line.path("realm").asText()).isEqualTo(realm.name());
        assertThat(line.path("reason").asText()).isEqualTo("support case 7");
        assertThat(realm.events("TOKEN_EXCHANGE"))
                .filteredOn(event -> event.path("details").path("jti").asText().equals(jti))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.path("clientId").asText()).isEqualTo("tribe-upstream");
                    assertThat(event.path("userId").asText()).isEqualTo(realm.userId("jane@example.com"));
                    assertThat(event.path("details").path("targetEmail").asText())
                            .isEqualTo("jane@example.com");
                });
        assertThat(metrics.value("keycloak_mint_calls_total", "capability", "token-for-email", "outcome", "success"))
                .isGreaterThanOrEqualTo(before + 1);
    }

    @Test
    void an_unauthenticated_call_leaves_a_line_but_no_event() {
        AuditLog log = new AuditLog(realm.server());
        int mark = log.mark();
        int events = realm.events("TOKEN_EXCHANGE_ERROR", "CLIENT_LOGIN_ERROR").size();
        Http.post(mint.uri())
                .basic("billing-service", "wrong-secret-wrong-secret-wrong-secret")
                .json(mint.body("jane@example.com"))
                .send()
                .expect(401);
        Http.post(mint.uri()).json(mint.body("jane@example.com")).send().expect(401);
        assertThat(log.await(line -> line.path("outcome").asText().equals("unauthorized")
                                && line.path("realm").asText().equals(realm.name()))
                        .has("targetEmail"))
                .isTrue();
        assertThat(log.since(mark))
                .allSatisfy(
                        line -> assertThat(line.path("targetEmail").isNull()).isTrue());
        assertThat(realm.events("TOKEN_EXCHANGE_ERROR", "CLIENT_LOGIN_ERROR")).hasSize(events);
    }

    @Test
    void other_methods_are_told_which_one_it_is() {
        for (String method : new String[] {"GET", "PUT", "PATCH", "DELETE"}) {
            Answer answer = Http.request(method, mint.uri()).send();
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("allow").orElseThrow()).contains("POST");
            assertThat(answer.json().path("error").path("code").asText()).isEqualTo("METHOD_NOT_ALLOWED");
        }
        Answer preflight = Http.request("OPTIONS", mint.uri())
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "POST")
                .send();
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void what_is_no_call_is_counted_all_the_same() {
        Metrics metrics = new Metrics(realm.server());
        double methods = metrics.value("keycloak_mint_calls_total", "outcome", "method");
        double paths = metrics.value("keycloak_mint_calls_total", "outcome", "unknown_path");
        double preflights = metrics.value("keycloak_mint_calls_total", "outcome", "preflight");
        Http.get(mint.uri()).send().expect(405);
        Http.get(realm.url("/api/nothing")).send().expect(404);
        Http.request("OPTIONS", mint.uri()).send().expect(204);
        assertThat(metrics.value("keycloak_mint_calls_total", "outcome", "method"))
                .isEqualTo(methods + 1);
        assertThat(metrics.value("keycloak_mint_calls_total", "outcome", "unknown_path"))
                .isEqualTo(paths + 1);
        assertThat(metrics.value("keycloak_mint_calls_total", "outcome", "preflight"))
                .isEqualTo(preflights + 1);
    }

    @Test
    void unknown_paths_are_told_so_in_json() {
        for (String path :
                new String[] {"/api", "/api/", "/api/auth", "/api/auth/token-for-email/x", "/auth/nothing"}) {
            Answer answer = Http.post(realm.url(path)).json(Map.of()).send();
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.json().has("error")).as(path).isTrue();
        }
    }
}
