package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import java.security.Key;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;

/** What an admin may save, and what it means. */
class ExternalJwtConfigTest {

    /** Of the realm. */
    private static final String PROJECT = "realm-project";

    private static RSAKey rsa;
    private static ECKey ec;

    @BeforeAll
    static void keys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("one").generate();
        ec = new ECKeyGenerator(Curve.P_256).generate();
    }

    @Test
    void issuer_key_and_client_are_enough() throws Exception {
        Trust trust = read(generic());
        assertThat(trust.issuer()).isEqualTo("demo");
        assertThat(trust.projectId()).isEqualTo(PROJECT);
        assertThat(trust.algorithm()).isEqualTo("RS256");
        assertThat(trust.audiences()).containsExactly(PROJECT);
        assertThat(trust.longestLife()).isEqualTo(3600);
        assertThat(trust.clockSkew()).isEqualTo(30);
        assertThat(trust.jti()).isEqualTo(Trust.JtiPolicy.WHERE_PRESENT);
        assertThat(trust.linking()).isEqualTo(Trust.LinkPolicy.LINK_VERIFIED);
        assertThat(trust.fields()).containsExactlyInAnyOrder(Trust.SyncedField.values());
        assertThat(trust.clientId()).isEqualTo("external-users");
        assertThat(trust.cookieName()).isEqualTo("replyke-refresh-jwt");
        assertThat(trust.preset()).isEqualTo(Trust.Preset.GENERIC);
        assertThat(trust.signInProviders()).isEmpty();
        assertThat(trust.keys().jwksUrl()).isEmpty();
        assertThat(trust.keys().previous()).isEmpty();
        assertThat(trust.keys().current())
                .hasValueSatisfying(key -> assertThat(key.kid()).isEmpty());
    }

    @Test
    void everything_that_can_be_set_is_read() throws Exception {
        Map<String, String> config = generic();
        config.put("projectId", "another");
        config.put("currentKeyId", "one");
        config.put("previousKey", pem("PUBLIC KEY", rsa.toRSAPublicKey()));
        config.put("previousKeyId", "zero");
        config.put("jwksUrl", "https://keys.example.com/jwks");
        config.put("audiences", "a,with/comma##b");
        config.put("maxLifetime", " 60 ");
        config.put("allowedClockSkew", "0");
        config.put("jtiPolicy", "required");
        config.put("linkPolicy", "never");
        config.put("syncFields", "email##secureMetadata");
        config.put("cookieName", "other");
        Trust trust = read(config);
        assertThat(trust.projectId()).isEqualTo("another");
        assertThat(trust.keys().current().orElseThrow().kid()).contains("one");
        assertThat(trust.keys().previous().orElseThrow().kid()).contains("zero");
        assertThat(trust.keys().jwksUrl()).contains("https://keys.example.com/jwks");
        assertThat(trust.audiences()).containsExactlyInAnyOrder("a,with/comma", "b");
        assertThat(trust.longestLife()).isEqualTo(60);
        assertThat(trust.clockSkew()).isZero();
        assertThat(trust.jti()).isEqualTo(Trust.JtiPolicy.REQUIRED);
        assertThat(trust.linking()).isEqualTo(Trust.LinkPolicy.NEVER);
        assertThat(trust.fields())
                .containsExactlyInAnyOrder(Trust.SyncedField.EMAIL, Trust.SyncedField.SECURE_METADATA);
        assertThat(trust.cookieName()).isEqualTo("other");
    }

    @Test
    void the_google_preset_needs_but_an_audience_and_a_client() {
        Trust trust = read(google());
        assertThat(trust.issuer()).isEqualTo("https://accounts.google.com");
        assertThat(trust.keys().jwksUrl()).contains("https://www.googleapis.com/oauth2/v3/certs");
        assertThat(trust.audiences()).containsExactly("1234.apps.googleusercontent.com");
        assertThat(read(with(google(), "issuer", "accounts.google.com")).issuer())
                .isEqualTo("https://accounts.google.com");
    }

    @Test
    void the_firebase_preset_needs_but_a_project_and_a_client() {
        Trust trust = read(firebase());
        assertThat(trust.issuer()).isEqualTo("https://securetoken.google.com/my-app-1");
        assertThat(trust.projectId()).isEqualTo("my-app-1");
        assertThat(trust.audiences()).containsExactly("my-app-1");
        assertThat(trust.keys().jwksUrl().orElseThrow())
                .isEqualTo("https://www.googleapis.com/service_accounts/v1/jwk/"
                        + "securetoken@system.gserviceaccount.com");
        assertThat(read(with(firebase(), "signInProviders", "password, google.com"))
                        .signInProviders())
                .containsExactlyInAnyOrder("password", "google.com");
    }

    @Test
    void keys_of_its_own_win_over_those_of_a_preset() throws Exception {
        for (Map<String, String> config : List.of(google(), firebase())) {
            Trust.Keys keys = read(with(config, "currentKey", generic().get("currentKey")))
                    .keys();
            assertThat(keys.current()).isPresent();
            assertThat(keys.jwksUrl()).isEmpty();
            assertThat(read(with(config, "jwksUrl", "http://localhost:8080/keys"))
                            .keys()
                            .jwksUrl())
                    .contains("http://localhost:8080/keys");
        }
    }

    @Test
    void an_issuer_that_is_not_the_project_has_to_name_an_audience() throws Exception {
        assertThat(read(generic()).audiences()).containsExactly(PROJECT);
        assertThat(read(with(generic(), "projectId", " ")).audiences()).containsExactly(PROJECT);
        assertThat(read(with(generic(), "audiences", "api")).audiences()).containsExactly("api");
        assertThat(read(with(generic(), "projectId", "p-1")).audiences()).containsExactly("p-1");
        assertThat(read(with(with(generic(), "projectId", "p-1"), "audiences", "api"))
                        .audiences())
                .containsExactly("api");
    }

    @Test
    void only_the_project_itself_names_none() throws Exception {
        assertThat(read(with(generic(), "issuer", PROJECT)).audiences()).isEmpty();
        assertThat(read(with(generic(), "projectId", "demo")).audiences()).isEmpty();
        assertThat(read(with(with(generic(), "projectId", "demo"), "audiences", "api"))
                        .audiences())
                .containsExactly("api");
    }

    @Test
    void a_realm_is_the_project_of_its_attribute_else_of_its_name() {
        assertThat(TrustRules.project(realm(null))).isEqualTo("test");
        assertThat(TrustRules.project(realm(" "))).isEqualTo("test");
        assertThat(TrustRules.project(realm("p-1"))).isEqualTo("p-1");
    }

    private static RealmModel realm(String projectId) {
        return FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
            case "getName" -> "test";
            case "getAttribute" -> arguments[0].equals("mint.project-id") ? projectId : null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    @Test
    void nothing_is_synced_where_the_admin_says_none() throws Exception {
        assertThat(read(with(generic(), "syncFields", "none")).fields()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "issuer|''|Issuer",
                "issuer|a\u0000b|Issuer",
                "issuer|näme|Issuer",
                "preset|okta|Preset",
                "projectId|'a\nb'|Project ID",
                "currentKey|''|Current key",
                "currentKey|not a key|Current key",
                "currentKeyId|../x|Current key's ID",
                "previousKey|not a key|Previous key",
                "previousKeyId|one|Previous key's ID",
                "jwksUrl|http://keys.example.com/jwks|JWKS URL",
                "jwksUrl|http://localhost.example.com/jwks|JWKS URL",
                "jwksUrl|http://127.0.0.1.example.com/jwks|JWKS URL",
                "jwksUrl|http://127.0.0.1@example.com/jwks|JWKS URL",
                "jwksUrl|https://user:pass@example.com/jwks|JWKS URL",
                "jwksUrl|https://example.com/jwks#x|JWKS URL",
                "jwksUrl|file:///etc/passwd|JWKS URL",
                "jwksUrl|/jwks|JWKS URL",
                "jwksUrl|https://|JWKS URL",
                "algorithm|HS256|Algorithm",
                "algorithm|none|Algorithm",
                "algorithm|rs256|Algorithm",
                "algorithm|ES256|Current key",
                "audiences|##|Audiences",
                "audiences|,|Audiences",
                "maxLifetime|0|Longest life",
                "maxLifetime|86401|Longest life",
                "maxLifetime|-1|Longest life",
                "maxLifetime|1e3|Longest life",
                "allowedClockSkew|301|Clock skew",
                "allowedClockSkew|x|Clock skew",
                "jtiPolicy|never|Token ID (jti)",
                "linkPolicy|link|Link by email",
                "syncFields|roles|Fields to sync",
                "syncFields|none##email|Fields to sync",
                "tokenClientId|''|Client for the tokens",
                "tokenClientId|admin-cli|Client for the tokens",
                "tokenClientId|account-console|Client for the tokens",
                "cookieName|a b|Cookie name",
                "cookieName|a;b|Cookie name",
                "cookieName|__Host-x|Cookie name",
                "cookieName|KEYCLOAK_IDENTITY|Cookie name",
                "signInProviders|password|Sign-in providers",
            })
    void a_bad_value_is_refused_by_the_name_of_its_field(String key, String value, String label) {
        assertThatThrownBy(() -> read(with(generic(), key, value)))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith(label);
    }

    @Test
    void presets_refuse_what_does_not_go_with_them() {
        refused(with(google(), "audiences", ""), "Audiences");
        refused(with(google(), "issuer", "https://accounts.google.com/"), "Issuer");
        refused(with(google(), "algorithm", "ES256"), "Algorithm");
        refused(with(firebase(), "projectId", ""), "Project ID");
        refused(with(firebase(), "projectId", "my-app-1/../other"), "Project ID");
        refused(with(firebase(), "issuer", "https://securetoken.google.com/other"), "Issuer");
        refused(with(firebase(), "audiences", "other"), "Audiences");
        refused(with(firebase(), "jtiPolicy", "required"), "Token ID");
    }

    @Test
    void a_message_never_repeats_a_value() {
        assertThatThrownBy(() -> read(with(generic(), "currentKey", "s3cr3t-value")))
                .hasMessageNotContaining("s3cr3t");
        assertThatThrownBy(() -> read(with(generic(), "jwksUrl", "http://me:s3cr3t@example.com/")))
                .hasMessageNotContaining("s3cr3t");
    }

    static List<String> privateKeys() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256).generate();
        String pkcs8 = pem("PRIVATE KEY", rsa.toRSAPrivateKey());
        return List.of(
                pkcs8,
                pkcs8.replace("\n", ""),
                pkcs8.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
                "# my key\n" + pem("EC PRIVATE KEY", ec.toECPrivateKey()),
                Base64.getEncoder().encodeToString(rsa.toRSAPrivateKey().getEncoded()),
                Base64.getMimeEncoder().encodeToString(ec.toECPrivateKey().getEncoded()),
                Base64.getUrlEncoder().encodeToString(ec.toECPrivateKey().getEncoded()),
                rsa.toJSONString(),
                ec.toJSONString(),
                ec.toJSONString().replace("\"d\"", "\"\\u0064\""),
                "{\"keys\":[" + rsa.toPublicJWK().toJSONString() + "," + ec.toJSONString() + "]}",
                new OctetSequenceKeyGenerator(256).generate().toJSONString());
    }

    @ParameterizedTest
    @MethodSource
    void privateKeys(String text) {
        assertThat(PrivateKeys.in(text)).isTrue();
    }

    @Test
    void public_keys_and_ordinary_text_are_no_private_keys() throws Exception {
        assertThat(List.of(
                        pem("PUBLIC KEY", rsa.toRSAPublicKey()),
                        Base64.getEncoder().encodeToString(rsa.toRSAPublicKey().getEncoded()),
                        Base64.getEncoder().encodeToString(ec.toECPublicKey().getEncoded()),
                        rsa.toPublicJWK().toJSONString(),
                        "{\"keys\":[" + ec.toPublicJWK().toJSONString() + "]}",
                        "https://keys.example.com/d?k=1",
                        "{\"d\":1}",
                        "{",
                        "",
                        "3600"))
                .noneMatch(PrivateKeys::in);
    }

    @Test
    void both_spellings_of_google_are_one_issuer() {
        assertThat(TrustRules.canonical("accounts.google.com"))
                .isEqualTo(TrustRules.canonical("https://accounts.google.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\u0000", "\ud800", "a\n", " a"})
    void what_can_not_be_an_issuer_is_not_looked_up(String issuer) {
        assertThat(TrustRules.NAME.matcher(issuer).matches()).isFalse();
    }

    @Test
    void the_form_has_a_label_and_a_help_text_for_every_field() {
        List<ProviderConfigProperty> form = new ExternalJwtProviderFactory().getConfigProperties();
        assertThat(form).hasSize(Setting.values().length).allSatisfy(property -> {
            assertThat(property.getLabel()).isNotBlank();
            assertThat(property.getHelpText()).isNotBlank();
        });
        assertThat(Arrays.stream(Setting.values()).map(Setting::key)).doesNotHaveDuplicates();
    }

    @Test
    void the_defaults_of_the_form_can_be_saved() throws Exception {
        Map<String, String> config = generic();
        for (Setting setting : Setting.values()) {
            if (!setting.fallback().isEmpty()) {
                config.put(setting.key(), setting.fallback());
            }
        }
        assertThat(read(config).fields()).isEqualTo(Set.of(Trust.SyncedField.values()));
    }

    private static void refused(Map<String, String> config, String label) {
        assertThatThrownBy(() -> read(config)).isInstanceOf(BadSetting.class).hasMessageStartingWith(label);
    }

    private static Map<String, String> generic() throws Exception {
        return new HashMap<>(Map.of(
                "issuer",
                "demo",
                "currentKey",
                pem("PUBLIC KEY", rsa.toRSAPublicKey()),
                "tokenClientId",
                "external-users"));
    }

    private static Map<String, String> google() {
        return new HashMap<>(Map.of(
                "preset", "google", "audiences", "1234.apps.googleusercontent.com", "tokenClientId", "external-users"));
    }

    private static Map<String, String> firebase() {
        return new HashMap<>(Map.of("preset", "firebase", "projectId", "my-app-1", "tokenClientId", "external-users"));
    }

    private static Map<String, String> with(Map<String, String> config, String key, String value) {
        Map<String, String> changed = new HashMap<>(config);
        changed.put(key, value);
        return changed;
    }

    private static Trust read(Map<String, String> config) {
        IdentityProviderModel provider = new IdentityProviderModel();
        provider.setAlias("project");
        provider.setConfig(config);
        return TrustRules.read(provider, PROJECT);
    }

    private static String pem(String type, Key key) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()) + "\n-----END " + type
                + "-----\n";
    }
}
