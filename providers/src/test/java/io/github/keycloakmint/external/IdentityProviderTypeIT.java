package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The identity-provider type {@code external-jwt} as admins meet it, and the doors of Keycloak's that it must not open. */
@Tag("once")
class IdentityProviderTypeIT {

    private static final String INSTANCES = "/identity-provider/instances";

    private static TestRealm realm;
    private static RSAKey key;

    @BeforeAll
    static void start() throws Exception {
        realm = TestRealm.create(representation -> representation.remove("identityProviders"));
        key = new RSAKeyGenerator(2048).keyID("k1").generate();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "issuer|''|Issuer",
                "preset|okta|Preset",
                "currentKey|''|Current key",
                "currentKey|nonsense|Current key",
                "currentKeyId|a/b|Current key's ID",
                "previousKey|nonsense|Previous key",
                "previousKeyId|k0|Previous key's ID",
                "jwksUrl|http://example.com/jwks|JWKS URL",
                "algorithm|HS256|Algorithm",
                "maxLifetime|0|Longest life (seconds)",
                "allowedClockSkew|301|Clock skew (seconds)",
                "jtiPolicy|x|Token ID (jti)",
                "linkPolicy|x|Link by email",
                "syncFields|roles|Fields to sync",
                "tokenClientId|''|Client for the tokens",
                "tokenClientId|realm-management|Client for the tokens",
                "cookieName|a=b|Cookie name",
                "signInProviders|password|Sign-in providers (Firebase)",
                "filteredByClaim|true|Verify essential claim",
            })
    void a_bad_field_is_400_and_named(String setting, String value, String label) {
        String alias = alias();
        ObjectNode bad = provider(alias);
        config(bad).put(setting, value);
        assertRefused(realm.post(INSTANCES, bad), label);
        assertThat(realm.get(INSTANCES + "/" + alias).status()).isEqualTo(404);
    }

    @Test
    void an_edit_is_held_to_the_same_rules_and_an_unchanged_one_passes() {
        String alias = create(provider(alias()));
        ObjectNode stored = stored(alias);
        realm.put(INSTANCES + "/" + alias, stored).expect(204);
        config(stored).put("maxLifetime", "86401");
        assertRefused(realm.put(INSTANCES + "/" + alias, stored), "Longest life (seconds)");
        assertThat(config(stored(alias)).has("maxLifetime")).isFalse();
        ObjectNode linkOnly = stored(alias).put("linkOnly", true);
        assertRefused(realm.put(INSTANCES + "/" + alias, linkOnly), "Account linking only");
    }

    @Test
    void an_issuer_has_one_provider_and_is_never_the_realm_itself() {
        ObjectNode first = provider(alias());
        create(first);
        ObjectNode second = provider(alias());
        config(second).put("issuer", config(first).path("issuer").asText() + " ");
        assertRefused(realm.post(INSTANCES, second), "Issuer");
        config(second).put("issuer", realm.url("").toString());
        assertRefused(realm.post(INSTANCES, second), "Issuer");
    }

    @Test
    void a_private_key_is_refused_in_any_field_and_repeated_nowhere() throws Exception {
        for (String setting : List.of("currentKey", "previousKey", "clientSecret", "whatever")) {
            for (String text : List.of(pem("PRIVATE KEY", key.toRSAPrivateKey().getEncoded()), key.toJSONString())) {
                ObjectNode bad = provider(alias());
                config(bad).put(setting, text);
                Answer answer = realm.post(INSTANCES, bad);
                assertThat(answer.status()).as(setting).isEqualTo(400);
                assertThat(answer.body()).contains("private").doesNotContain(text.substring(40, 80));
            }
        }
        assertThat(realm.server().log())
                .doesNotContain(
                        key.getPrivateExponent().toString(),
                        pem("PRIVATE KEY", key.toRSAPrivateKey().getEncoded()).substring(60, 90));
    }

    @Test
    void what_the_console_asks_for_in_vain_is_not_kept() {
        ObjectNode provider = provider(alias());
        config(provider)
                .put("clientId", "typed")
                .put("clientSecret", "typed-secret")
                .put("notice", "typed");
        JsonNode config = config(stored(create(provider)));
        assertThat(config.path("clientId").asText()).isEqualTo("not-used");
        assertThat(config.path("clientSecret").asText()).isEqualTo("**********");
        assertThat(config.has("notice")).isFalse();
    }

    @Test
    void imports_are_held_to_the_same_rules() {
        ObjectNode bad = provider(alias());
        config(bad).put("algorithm", "none");
        assertRefused(
                realm.post("/partialImport", Map.of("ifResourceExists", "FAIL", "identityProviders", List.of(bad))),
                "Algorithm");
        String name = "t" + UUID.randomUUID();
        Admin admin = Admin.of(realm.server());
        assertRefused(
                admin.post("/admin/realms", Map.of("realm", name, "enabled", true, "identityProviders", List.of(bad))),
                "Algorithm");
        assertThat(admin.get("/admin/realms/" + name).status()).isEqualTo(404);
        realm.post(
                        "/partialImport",
                        Map.of("ifResourceExists", "FAIL", "identityProviders", List.of(provider(alias()))))
                .expect(200);
    }

    @Test
    void the_presets_fill_in_the_issuer() {
        ObjectNode google = bare(alias());
        config(google).put("preset", "google").put("audiences", "a.apps.googleusercontent.com");
        assertThat(config(stored(create(google))).path("issuer").asText()).isEqualTo("https://accounts.google.com");
        ObjectNode firebase = bare(alias());
        config(firebase).put("preset", "firebase").put("projectId", "app-" + realm.platformId());
        assertThat(config(stored(create(firebase))).path("issuer").asText())
                .isEqualTo("https://securetoken.google.com/app-" + realm.platformId());
    }

    /** Else whoever gets a token of that issuer for any other app could sign in here. */
    @Test
    void without_a_project_an_issuer_has_to_name_the_realm_or_its_project_as_the_audience() throws Exception {
        ObjectNode provider = provider(alias());
        create(provider);
        String issuer = config(provider).path("issuer").asText();
        assertThat(failedCheck(signed(issuer, null))).isEqualTo("audience");
        assertThat(failedCheck(signed(issuer, issuer))).isEqualTo("audience");
        assertThat(failedCheck(signed(issuer, realm.name()))).isEmpty();
        realm.realmAttribute("mint.project-id", "another-project");
        assertThat(failedCheck(signed(issuer, realm.name()))).isEqualTo("audience");
        assertThat(failedCheck(signed(issuer, "another-project"))).isEmpty();
        realm.realmAttribute("mint.project-id", null);
        ObjectNode own = provider(alias());
        config(own).put("issuer", realm.name());
        create(own);
        assertThat(failedCheck(signed(realm.name(), null))).isEmpty();
    }

    /** Empty where none does. */
    private static String failedCheck(SignedJWT token) {
        return realm.post("/mint/external/explain", Map.of("userJwt", token.serialize()))
                .expect(200)
                .json()
                .path("check")
                .asText();
    }

    private static SignedJWT signed(String issuer, String audience) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject("u-1")
                        .audience(audience)
                        .issueTime(new Date())
                        .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                        .build());
        token.sign(new RSASSASigner(key));
        return token;
    }

    @Test
    void the_console_gets_the_form() {
        JsonNode types = Admin.of(realm.server())
                .get("/admin/serverinfo")
                .expect(200)
                .json()
                .path("componentTypes")
                .path("org.keycloak.broker.provider.IdentityProvider");
        JsonNode type = null;
        for (JsonNode candidate : types) {
            type = candidate.path("id").asText().equals("external-jwt") ? candidate : type;
        }
        assertThat(type).isNotNull();
        assertThat(type.path("properties").findValuesAsText("name"))
                .contains("issuer", "currentKey", "previousKey", "jwksUrl", "algorithm", "tokenClientId", "linkPolicy");
    }

    @Test
    void keycloaks_mappers_for_claims_can_be_hung_on_it() {
        String alias = create(provider(alias()));
        JsonNode types =
                realm.get(INSTANCES + "/" + alias + "/mapper-types").expect(200).json();
        List<String> names = new ArrayList<>();
        types.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .contains(
                        "oidc-role-idp-mapper",
                        "oidc-advanced-role-idp-mapper",
                        "oidc-advanced-group-idp-mapper",
                        "oidc-user-attribute-idp-mapper",
                        "oidc-username-idp-mapper",
                        "oidc-hardcoded-role-idp-mapper",
                        "hardcoded-attribute-idp-mapper")
                .noneMatch(name -> name.startsWith("saml"));
        realm.post(
                        INSTANCES + "/" + alias + "/mappers",
                        Json.object(
                                "name",
                                "premium",
                                "identityProviderAlias",
                                alias,
                                "identityProviderMapper",
                                "oidc-role-idp-mapper",
                                "config",
                                Map.of("claim", "plan", "claim.value", "gold", "role", "premium", "syncMode", "FORCE")))
                .expect(201);
    }

    @Test
    void it_is_on_no_login_page_and_has_no_broker_endpoint() {
        String alias = create(provider(alias()));
        String page = Http.get(realm.url("/protocol/openid-connect/auth?response_type=code&scope=openid"
                        + "&client_id=account-console&code_challenge_method=S256&code_challenge="
                        + "E9Melhoa2OwvFrEMTJguCHaoeGt1t8GyQS0jQ-kQ0xE&redirect_uri="
                        + URLEncoder.encode(realm.url("/account/").toString(), StandardCharsets.UTF_8)))
                .send()
                .expect(200)
                .body();
        assertThat(page).contains("password").doesNotContain(alias);
        assertThat(Http.get(realm.url("/broker/" + alias + "/endpoint")).send().status())
                .isGreaterThanOrEqualTo(400);
        assertThat(Http.get(realm.url("/broker/" + alias + "/login")).send().status())
                .isGreaterThanOrEqualTo(400);
    }

    @Test
    void the_stock_jwt_grant_does_not_take_its_tokens() throws Exception {
        ObjectNode provider = provider(alias());
        String alias = create(provider);
        String client = "jwt-grant-" + alias;
        realm.createClient(Json.object(
                "clientId",
                client,
                "serviceAccountsEnabled",
                true,
                "attributes",
                Map.of("oauth2.jwt.authorization.grant.enabled", "true", "oauth2.jwt.authorization.grant.idp", alias)));
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(),
                new JWTClaimsSet.Builder()
                        .issuer(config(provider).path("issuer").asText())
                        .subject("u-1")
                        .audience(realm.url("").toString())
                        .jwtID(UUID.randomUUID().toString())
                        .issueTime(new Date())
                        .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                        .build());
        token.sign(new RSASSASigner(key));
        Answer answer = realm.token(
                client,
                Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", token.serialize()));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error_description").asText())
                .isEqualTo("No Identity Provider for provided issuer");
    }

    private static void assertRefused(Answer answer, String label) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().path("errorMessage").asText()).startsWith(label + ": ");
    }

    private static String create(ObjectNode provider) {
        realm.post(INSTANCES, provider).expect(201);
        return provider.path("alias").asText();
    }

    private static ObjectNode stored(String alias) {
        return (ObjectNode) realm.get(INSTANCES + "/" + alias).expect(200).json();
    }

    private static ObjectNode config(ObjectNode provider) {
        return provider.withObject("/config");
    }

    private static ObjectNode provider(String alias) {
        ObjectNode provider = bare(alias);
        config(provider).put("issuer", "project of " + alias).put("currentKey", publicKey());
        return provider;
    }

    private static ObjectNode bare(String alias) {
        ObjectNode provider = Json.object("alias", alias, "providerId", "external-jwt", "enabled", true);
        config(provider).put("tokenClientId", "external-users");
        return provider;
    }

    private static String alias() {
        return "p" + UUID.randomUUID();
    }

    private static String publicKey() {
        try {
            return pem("PUBLIC KEY", key.toRSAPublicKey().getEncoded());
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }
}
