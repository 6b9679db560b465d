package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.IdentityProviderModel;

class VerifyExternalJwtTest {

    private static final long NOW = 1_900_000_000;
    private static final String ISSUER = "https://issuer.example";
    private static final KeyPair CURRENT = HandmadeJwt.pair("current", SigningAlgorithm.RS256);
    private static final KeyPair PREVIOUS = HandmadeJwt.pair("previous", SigningAlgorithm.RS256);
    private static final KeyPair STRANGER = HandmadeJwt.pair("stranger", SigningAlgorithm.RS256);

    private final Map<String, Long> used = new LinkedHashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger signatures = new AtomicInteger();
    private final IdentityProviderModel provider = new IdentityProviderModel();
    private FetchedKeys.Fetch endpoint = (url, truststore) -> {
        throw new IOException("away");
    };
    private final FetchedKeys fetched = new FetchedKeys(
            (url, truststore) -> {
                fetches.incrementAndGet();
                return endpoint.get(url, truststore);
            },
            Runnable::run,
            System::nanoTime);

    /** What the realm trusts; tests change it. */
    private Settings trusted = new Settings();

    private String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
    private final Map<String, String> claims = new LinkedHashMap<>();

    VerifyExternalJwtTest() {
        provider.setAlias("app");
        provider.setInternalId("idp-1");
        provider.setEnabled(true);
        claims.put("iss", text(ISSUER));
        claims.put("sub", text("user-1"));
        claims.put("aud", text("project"));
        claims.put("iat", String.valueOf(NOW));
        claims.put("exp", String.valueOf(NOW + 600));
    }

    private static final class Settings {
        String issuer = ISSUER;
        String projectId = "project";
        Trust.Keys keys = keys(pem(CURRENT), pem(PREVIOUS));
        String algorithm = "RS256";
        Set<String> audiences = Set.of();
        long skew = 30;
        Trust.JtiPolicy jti = Trust.JtiPolicy.WHERE_PRESENT;
        Trust.Preset preset = Trust.Preset.GENERIC;
        Set<String> signInProviders = Set.of();
    }

    // ---- what gets in

    @Test
    void a_token_of_another_library_gets_in() throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k-1").build(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject("user-1")
                        .audience("project")
                        .issueTime(new Date(NOW * 1000))
                        .expirationTime(new Date((NOW + 600) * 1000))
                        .jwtID("jti-1")
                        .claim("userData", Map.of("id", "user-1", "name", "Jane"))
                        .build());
        jwt.sign(new RSASSASigner(CURRENT.getPrivate()));

        ForeignToken token = engine().verify(jwt.serialize(), Expect.any());

        assertThat(token.foreignId()).isEqualTo("user-1");
        assertThat(token.jti()).contains("jti-1");
        assertThat(token.expiresAt()).isEqualTo(NOW + 600);
        assertThat(token.claims().at("/userData/name").textValue()).isEqualTo("Jane");
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void every_algorithm_that_can_be_pinned_works(SigningAlgorithm algorithm) {
        KeyPair pair = HandmadeJwt.pair("any", algorithm);
        trusted.algorithm = algorithm.name();
        trusted.keys = keys(pem(pair));
        header = "{\"alg\":\"" + algorithm + "\"}";
        String jwt = HandmadeJwt.signed(header, payload(), algorithm, pair.getPrivate());

        assertThat(engine().verify(jwt, Expect.any()).foreignId()).isEqualTo("user-1");
        // one bit of the signature
        String last = jwt.substring(0, jwt.length() - 5)
                + (jwt.charAt(jwt.length() - 5) == 'A' ? 'B' : 'A')
                + jwt.substring(jwt.length() - 4);
        rejected(last, Expect.any(), Check.SIGNATURE);
    }

    @Test
    void both_keys_work_with_and_without_a_kid() {
        accepted(signed(CURRENT));
        accepted(signed(PREVIOUS));
        header = "{\"alg\":\"RS256\",\"kid\":\"any~kid_1.-\"}";
        accepted(signed(CURRENT));
        accepted(signed(PREVIOUS));
        rejected(signed(STRANGER), Expect.any(), Check.SIGNATURE);
    }

    @Test
    void a_configured_kid_must_match() {
        trusted.keys = new Trust.Keys(
                Optional.of(new Trust.Keys.Text(pem(CURRENT), Optional.of("k2"))),
                Optional.of(new Trust.Keys.Text(pem(PREVIOUS), Optional.of("k1"))),
                Optional.empty());
        accepted(signed(CURRENT));
        header = "{\"alg\":\"RS256\",\"kid\":\"k1\"}";
        accepted(signed(PREVIOUS));
        rejected(signed(CURRENT), Expect.any(), Check.SIGNATURE);
        header = "{\"alg\":\"RS256\",\"kid\":\"k3\"}";
        rejected(signed(CURRENT), Expect.any(), Check.KEY_ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "application/JWT"})
    void the_plain_type_is_no_obstacle(String type) {
        header = "{\"alg\":\"RS256\",\"typ\":\"" + type + "\"}";
        accepted(signed(CURRENT));
        header = "{\"alg\":\"RS256\"}";
        accepted(signed(CURRENT));
    }

    // ---- who is asked

    @Test
    void without_a_provider_there_are_no_keys() {
        VerifyExternalJwt none = new VerifyExternalJwt("realm", trusts(Optional.empty()), around());
        assertThat(catchThrowableOfType(Rejection.class, () -> none.verify(signed(CURRENT), Expect.any()))
                        .check())
                .isEqualTo(Check.ANY_PROVIDER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"https://issuer.example/\"",
                "\"https://Issuer.example\"",
                "\"http://issuer.example\"",
                "\"\"",
                "1",
                "null",
                "[\"https://issuer.example\"]"
            })
    void the_issuer_must_match_letter_for_letter(String issuer) {
        claims.put("iss", issuer);
        rejected(Check.ISSUER);
    }

    @Test
    void a_missing_or_disabled_issuer_is_none() {
        provider.setEnabled(false);
        rejected(Check.ISSUER);
        provider.setEnabled(true);
        claims.remove("iss");
        rejected(Check.ISSUER);
    }

    @Test
    void a_look_up_that_is_too_kind_is_not_believed() {
        claims.put("iss", text(ISSUER.toUpperCase(Locale.ROOT)));
        VerifyExternalJwt kind = new VerifyExternalJwt(
                "realm",
                new Trusts() {
                    @Override
                    public Optional<Trust> byIssuer(String issuer) {
                        return Optional.of(trust());
                    }

                    @Override
                    public boolean any() {
                        return true;
                    }
                },
                around());
        assertThat(catchThrowableOfType(Rejection.class, () -> kind.verify(signed(CURRENT), Expect.any()))
                        .check())
                .isEqualTo(Check.ISSUER);
    }

    // ---- header

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "\"\"", "\"HS256\"", "\"HS384\"", "\"HS512\"",
                        "\"rs256\"",
                "\"RS256 \"", "\"RS384\"", "\"PS256\"", "\"ES256\"", "\"EdDSA\"", "null", "1", "[\"RS256\"]", "{}"
            })
    void no_other_algorithm_is_taken(String alg) {
        header = "{\"alg\":" + alg + "}";
        rejected(Check.ALGORITHM);
        assertThat(signatures).hasValue(0);
    }

    @Test
    void a_missing_algorithm_is_none() {
        header = "{}";
        rejected(Check.ALGORITHM);
    }

    @Test
    void a_public_key_is_no_shared_secret() throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder().issuer(ISSUER).subject("admin").build());
        jwt.sign(new MACSigner(pem(CURRENT).getBytes(StandardCharsets.UTF_8)));
        rejected(jwt.serialize(), Expect.any(), Check.ALGORITHM);
        // nor where somebody pinned it by hand
        trusted.algorithm = "HS256";
        rejected(jwt.serialize(), Expect.any(), Check.ALGORITHM);
    }

    @Test
    void an_rs256_header_does_not_fit_an_ec_key() {
        trusted.keys = keys(pem(HandmadeJwt.pair("any", SigningAlgorithm.ES256)));
        rejected(Check.KEYS_AVAILABLE);
        assertThat(signatures).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"crit\":[\"exp\"]",
                "\"crit\":[]",
                "\"jku\":\"https://evil.example/jwks\"",
                "\"x5u\":\"https://evil.example/cert\"",
                "\"jwk\":{}",
                "\"x5c\":[]",
                "\"x5t\":\"AA\"",
                "\"x5t#S256\":\"AA\"",
                "\"b64\":false",
                "\"zip\":\"DEF\"",
                "\"enc\":\"A128GCM\"",
                "\"jku\":null",
                "\"typ\":\"at+jwt\"",
                "\"typ\":\"logout+jwt\"",
                "\"typ\":\"dpop+jwt\"",
                "\"typ\":\"oauth-authz-req+jwt\"",
                "\"typ\":\"application/at+jwt\"",
                "\"typ\":\"JWE\"",
                "\"typ\":\"\"",
                "\"typ\":null",
                "\"typ\":1"
            })
    void nothing_in_the_header_is_followed(String member) {
        header = "{\"alg\":\"RS256\"," + member + "}";
        rejected(Check.HEADER);
        assertThat(signatures).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"../../etc/passwd\"",
                "\"a/b\"",
                "\"' OR 1=1 --\"",
                "\"a b\"",
                "\"a\\u0000\"",
                "\"\\u00e4\"",
                "\"https://evil.example\"",
                "1",
                "null",
                "[\"k\"]"
            })
    void a_kid_is_a_name(String kid) {
        trusted.keys = new Trust.Keys(Optional.empty(), Optional.empty(), Optional.of("https://keys.example/"));
        header = "{\"alg\":\"RS256\",\"kid\":" + kid + "}";
        rejected(Check.KEY_ID);
        assertThat(fetches).hasValue(0);
        assertThat(signatures).hasValue(0);
    }

    @Test
    void a_kid_has_128_characters_at_most() {
        header = "{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(128) + "\"}";
        accepted(signed(CURRENT));
        header = "{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(129) + "\"}";
        rejected(Check.KEY_ID);
        header = "{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(10_240) + "\"}";
        rejected(Check.KEY_ID);
    }

    @Test
    void an_ec_signature_has_exactly_one_length() {
        KeyPair pair = HandmadeJwt.pair("any", SigningAlgorithm.ES256);
        trusted.algorithm = "ES256";
        trusted.keys = keys(pem(pair));
        header = "{\"alg\":\"ES256\"}";
        String jwt = HandmadeJwt.signed(header, payload(), SigningAlgorithm.ES256, pair.getPrivate());
        rejected(jwt + "AAAA".repeat(2), Expect.any(), Check.SIGNATURE);
        assertThat(signatures).hasValue(0);
    }

    // ---- keys from a URL

    @Test
    void keys_are_fetched_once_and_found_by_kid() {
        trusted.keys = new Trust.Keys(Optional.empty(), Optional.empty(), Optional.of("https://keys.example/"));
        endpoint = (url, truststore) -> published("k1");
        header = "{\"alg\":\"RS256\",\"kid\":\"k1\"}";
        accepted(signed(CURRENT));
        accepted(signed(CURRENT));
        header = "{\"alg\":\"RS256\"}";
        accepted(signed(CURRENT));
        for (int i = 0; i < 1_000; i++) {
            header = "{\"alg\":\"RS256\",\"kid\":\"k" + (i + 2) + "\"}";
            rejected(Check.KEY_ID);
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void keys_that_can_not_be_fetched_are_unavailable() {
        trusted.keys = new Trust.Keys(Optional.empty(), Optional.empty(), Optional.of("https://keys.example/"));
        rejected(Check.KEYS_AVAILABLE);
        trusted.keys = new Trust.Keys(Optional.empty(), Optional.empty(), Optional.empty());
        rejected(Check.KEYS_AVAILABLE);
    }

    // ---- claims

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "1",
                "\"\"",
                "\" \"",
                "\"a \"",
                "\"a\\u0000\"",
                "\"a\\nb\"",
                "\"a\\u2028\"",
                "[\"a\"]"
            })
    void a_subject_is_a_text_that_can_be_a_key(String subject) {
        put("sub", subject);
        rejected(Check.SUBJECT);
    }

    @Test
    void a_subject_has_255_characters_at_most() {
        claims.put("sub", text("s".repeat(255)));
        accepted(signed(CURRENT));
        claims.put("sub", text("s".repeat(256)));
        rejected(Check.SUBJECT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ID\"",
                "\"Refresh\"",
                "\"Offline\"",
                "\"Bearer\"",
                "\"Logout\"",
                "\"DPoP\"",
                "\"execute-actions\"",
                "\"\"",
                "null",
                "1"
            })
    void a_token_that_says_that_it_is_for_something_else_is_not_taken(String type) {
        claims.put("typ", type);
        rejected(Check.TYPE);
    }

    @Test
    void logout_tokens_are_not_taken() {
        claims.put("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}");
        rejected(Check.TYPE);
    }

    @Test
    void what_this_realm_issued_is_not_taken_even_if_an_admin_says_so() {
        trusted.issuer = "https://own.example/realms/realm";
        claims.put("iss", text(trusted.issuer));
        rejected(Check.TYPE);
    }

    @ParameterizedTest
    @CsvSource({
        "exp, '', EXPIRY",
        "exp, null, EXPIRY",
        "exp, '\"1900000600\"', EXPIRY",
        "exp, 1900000600.5, EXPIRY",
        "exp, 1.9e9, EXPIRY",
        "exp, -1, EXPIRY",
        "exp, 99999999999999999999, EXPIRY",
        "exp, 9223372036854775807, EXPIRY",
        "exp, 1899999970, EXPIRY",
        "exp, 1900003631, LIFETIME",
        "exp, 253402300799, LIFETIME",
        "nbf, 1900000031, NOT_BEFORE",
        "nbf, '\"1900000000\"', NOT_BEFORE",
        "nbf, null, NOT_BEFORE",
        "iat, 1900000031, ISSUED_AT",
        "iat, 1900000000.5, ISSUED_AT",
        "iat, '\"x\"', ISSUED_AT",
        "iat, 1899996969, LIFETIME"
    })
    void times_are_whole_numbers_within_bounds(String name, String value, Check check) {
        put(name, value);
        rejected(check);
    }

    @ParameterizedTest
    @CsvSource({
        "exp, 1899999971",
        "exp, 1900003600",
        "exp, 1900003630",
        "nbf, 1900000030",
        "nbf, 0",
        "iat, 1900000030",
        "iat, ''"
    })
    void times_may_be_off_by_the_skew(String name, String value) {
        put(name, value);
        accepted(signed(CURRENT));
    }

    @Test
    void without_iat_the_life_counts_from_now() {
        claims.remove("iat");
        put("exp", String.valueOf(NOW + 3631));
        rejected(Check.LIFETIME);
    }

    @Test
    void the_project_must_be_the_audience_unless_it_is_the_issuer() {
        for (String other : new String[] {
            "",
            "null",
            "1",
            "\"\"",
            "\"Project\"",
            "\"project/\"",
            "[]",
            "[\"other\"]",
            "[\"project\",1]",
            "{\"project\":1}"
        }) {
            put("aud", other);
            rejected(Check.AUDIENCE);
        }
        put("aud", "[\"other\",\"project\"]");
        accepted(signed(CURRENT));
        trusted.issuer = "project";
        claims.put("iss", text("project"));
        put("aud", "");
        accepted(signed(CURRENT));
        put("aud", "\"anybody\"");
        accepted(signed(CURRENT));
        put("aud", "7");
        rejected(Check.AUDIENCE);
    }

    @Test
    void a_configured_audience_must_be_named_by_everybody() {
        trusted.audiences = Set.of("app-1", "app-2");
        rejected(Check.AUDIENCE);
        put("aud", "\"app-2\"");
        accepted(signed(CURRENT));
        trusted.issuer = "project";
        claims.put("iss", text("project"));
        put("aud", "");
        rejected(Check.AUDIENCE);
    }

    @Test
    void a_nonce_must_match_from_both_sides() {
        Expect wanted = expect(Optional.of("n-1"));
        rejected(signed(CURRENT), wanted, Check.NONCE);
        claims.put("nonce", text("n-1"));
        engine().verify(signed(CURRENT), wanted);
        rejected(Check.NONCE);
        rejected(signed(CURRENT), expect(Optional.of("n-2")), Check.NONCE);
        claims.put("nonce", "null");
        rejected(Check.NONCE);
        rejected(signed(CURRENT), expect(Optional.of("null")), Check.NONCE);
        claims.put("nonce", text(""));
        rejected(signed(CURRENT), expect(Optional.of("")), Check.NONCE);
    }

    @Test
    void user_data_is_an_object_about_the_subject() {
        for (String other :
                new String[] {"null", "1", "\"x\"", "[]", "{\"id\":\"user-2\"}", "{\"id\":null}", "{\"id\":1}"}) {
            claims.put("userData", other);
            rejected(Check.USER_DATA);
        }
        claims.put("userData", "{\"id\":\"user-1\",\"email\":7}");
        accepted(signed(CURRENT));
        claims.put("userData", "{}");
        accepted(signed(CURRENT));
    }

    // ---- single use

    @Test
    void a_jti_gets_in_once() {
        claims.put("jti", text("j-1"));
        accepted(signed(CURRENT));
        rejected(Check.JTI);
        claims.put("jti", text("j-2"));
        accepted(signed(CURRENT));
    }

    @Test
    void a_jti_is_kept_longer_than_the_token_lives_under_a_bounded_key_of_realm_and_provider() {
        claims.put("jti", text("j".repeat(255)));
        accepted(signed(CURRENT));
        assertThat(used).hasSize(1);
        used.forEach((key, seconds) -> {
            assertThat(key).matches("mint-jti:realm\\|idp-1\\|[0-9a-f]{64}");
            assertThat(seconds).isEqualTo(600 + 30 + 1);
        });
        put("exp", String.valueOf(NOW - 29));
        claims.put("jti", text("late"));
        accepted(signed(CURRENT));
        assertThat(used.values()).contains(2L);
    }

    @Test
    void nothing_is_used_up_by_a_token_that_is_refused_for_anything_else() {
        claims.put("jti", text("j-1"));
        rejected(signed(STRANGER), Expect.any(), Check.SIGNATURE);
        claims.put("userData", "[]");
        rejected(Check.USER_DATA);
        claims.remove("userData");
        claims.put("nonce", text("n"));
        rejected(Check.NONCE);
        assertThat(used).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "null", "1", "[]"})
    void a_jti_is_a_text(String jti) {
        claims.put("jti", jti);
        rejected(Check.JTI);
    }

    @Test
    void a_jti_may_be_required_and_has_255_characters_at_most() {
        claims.put("jti", text("j".repeat(256)));
        rejected(Check.JTI);
        claims.remove("jti");
        accepted(signed(CURRENT));
        trusted.jti = Trust.JtiPolicy.REQUIRED;
        rejected(Check.JTI);
    }

    // ---- Google and Firebase

    @Test
    void google_has_two_names_and_needs_one_of_the_configured_clients() {
        google();
        trusted.audiences = Set.of("client-1", "client-2");
        put("aud", "\"client-2\"");
        for (String name : new String[] {"https://accounts.google.com", "accounts.google.com"}) {
            claims.put("iss", text(name));
            engine().verify(signed(CURRENT), Expect.idToken(Optional.empty()));
        }
        put("aud", "\"client-3\"");
        rejected(Check.AUDIENCE);
        claims.put("iss", text("http://accounts.google.com"));
        rejected(Check.ISSUER);
        claims.put("iss", text("https://accounts.google.com/"));
        rejected(Check.ISSUER);
    }

    @Test
    void google_is_never_its_own_project() {
        google();
        trusted.projectId = "https://accounts.google.com";
        claims.put("iss", text("https://accounts.google.com"));
        put("aud", "\"another app\"");
        rejected(Check.AUDIENCE);
    }

    @Test
    void the_short_name_of_google_leads_to_no_generic_provider() {
        trusted.issuer = "https://accounts.google.com";
        claims.put("iss", text("accounts.google.com"));
        rejected(Check.ISSUER);
    }

    @Test
    void firebase_is_bound_to_its_project() {
        firebase();
        accepted(signed(CURRENT));
        claims.put("auth_time", String.valueOf(NOW + 31));
        rejected(Check.ISSUED_AT);
        claims.put("auth_time", String.valueOf(NOW - 5));
        accepted(signed(CURRENT));
        put("aud", "\"other\"");
        rejected(Check.AUDIENCE);
        trusted.audiences = Set.of("other"); // widens nothing
        rejected(Check.AUDIENCE);
        claims.put("iss", text("https://securetoken.google.com/other"));
        rejected(Check.ISSUER);
    }

    @Test
    void firebase_lets_in_only_who_signed_in_as_configured() {
        firebase();
        trusted.signInProviders = Set.of("password", "google.com");
        for (String other : new String[] {"", "null", "{}", "\"password\"", "{\"sign_in_provider\":\"anonymous\"}"}) {
            put("firebase", other);
            rejected(Check.SIGN_IN_PROVIDER);
        }
        put("firebase", "{\"sign_in_provider\":\"password\"}");
        accepted(signed(CURRENT));
    }

    @Test
    void sign_in_with_google_takes_no_generic_token() {
        rejected(signed(CURRENT), Expect.idToken(Optional.empty()), Check.ISSUER);
    }

    // ---- dry run

    @Test
    void a_dry_run_uses_nothing_up() {
        claims.put("jti", text("j-1"));
        String jwt = signed(CURRENT);
        assertThat(engine().explain(jwt)).isEqualTo(new Explanation(true, "app", null, null, null, null, "user-1"));
        assertThat(used).isEmpty();
        accepted(jwt);
        assertThat(engine().explain(jwt).check()).isEqualTo("jti");
    }

    @Test
    void a_dry_run_names_the_check_and_the_values_but_never_the_token() {
        put("exp", String.valueOf(NOW - 100));
        String jwt = signed(CURRENT);
        Explanation explanation = engine().explain(jwt);
        assertThat(explanation.valid()).isFalse();
        assertThat(explanation.provider()).isEqualTo("app");
        assertThat(explanation.check()).isEqualTo("expiry");
        assertThat(explanation.error()).isEqualTo("auth/invalid-token");
        assertThat(explanation.expected()).contains(String.valueOf(NOW));
        assertThat(explanation.found()).contains(String.valueOf(NOW - 100));
        assertThat(explanation.toString()).doesNotContain(jwt.substring(0, 40));

        assertThat(engine().explain("x").check()).isEqualTo("form");
        claims.put("iss", text("i".repeat(5_000)));
        assertThat(engine().explain(signed(CURRENT)).found()).hasSizeLessThanOrEqualTo(200);
        claims.put("iss", text("i".repeat(198) + "\ud83d\ude00".repeat(50)));
        assertThat(StandardCharsets.UTF_8
                        .newEncoder()
                        .canEncode(engine().explain(signed(CURRENT)).found()))
                .isTrue();
    }

    @Test
    void a_dry_run_fetches_nothing_and_tells_nothing_about_keys() {
        trusted.keys = new Trust.Keys(Optional.empty(), Optional.empty(), Optional.of("https://keys.example/"));
        endpoint = (url, truststore) -> published("k1");
        header = "{\"alg\":\"RS256\",\"kid\":\"k1\"}";
        Explanation unavailable =
                new Explanation(false, "app", "keys unavailable", "auth/missing-keys", null, null, null);
        assertThat(engine().explain(signed(CURRENT))).isEqualTo(unavailable);
        assertThat(fetches).hasValue(0);
        accepted(signed(CURRENT));
        assertThat(engine().explain(signed(CURRENT)).valid()).isTrue();
        header = "{\"alg\":\"RS256\",\"kid\":\"k2\"}";
        assertThat(engine().explain(signed(CURRENT))).isEqualTo(unavailable);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void a_dry_run_of_an_id_token_passes_over_the_nonce_that_the_request_will_bring() {
        google();
        put("aud", "\"project\"");
        claims.put("iss", text("https://accounts.google.com"));
        claims.put("nonce", text("n-1"));
        assertThat(engine().explain(signed(CURRENT)).valid()).isTrue();
        rejected(Check.NONCE);
    }

    // ---- what the tests are made of

    private void google() {
        trusted.preset = Trust.Preset.GOOGLE;
        trusted.issuer = "https://accounts.google.com";
    }

    private void firebase() {
        trusted.preset = Trust.Preset.FIREBASE;
        trusted.issuer = "https://securetoken.google.com/project";
        claims.put("iss", text(trusted.issuer));
    }

    private VerifyExternalJwt engine() {
        return new VerifyExternalJwt("realm", trusts(Optional.of(trust())), around());
    }

    private VerifyExternalJwt.Surroundings around() {
        return new VerifyExternalJwt.Surroundings(
                () -> NOW,
                new TrustedKeys("realm", fetched, Optional::empty),
                (key, signed, signature) -> {
                    signatures.incrementAndGet();
                    return HandmadeJwt.verifies(key, signed, signature);
                },
                new SingleUse() {
                    @Override
                    public boolean claim(String key, long seconds) {
                        return used.putIfAbsent(key, seconds) == null;
                    }

                    @Override
                    public boolean claimed(String key) {
                        return used.containsKey(key);
                    }

                    @Override
                    public void release(String key) {
                        used.remove(key);
                    }
                },
                issuer -> issuer.startsWith("https://own.example/"));
    }

    private static Trusts trusts(Optional<Trust> trust) {
        return new Trusts() {
            @Override
            public Optional<Trust> byIssuer(String issuer) {
                return trust.filter(one -> one.issuer().equals(issuer));
            }

            @Override
            public boolean any() {
                return trust.isPresent();
            }
        };
    }

    private Trust trust() {
        return new Trust(
                provider,
                trusted.issuer,
                trusted.projectId,
                trusted.keys,
                trusted.algorithm,
                trusted.audiences,
                3600,
                trusted.skew,
                trusted.jti,
                Trust.LinkPolicy.LINK_VERIFIED,
                new HashSet<>(),
                "client",
                "cookie",
                trusted.preset,
                trusted.signInProviders);
    }

    private void accepted(String jwt) {
        assertThat(engine().verify(jwt, Expect.any()).foreignId()).isNotEmpty();
    }

    private void rejected(Check check) {
        rejected(signed(CURRENT), Expect.any(), check);
    }

    private void rejected(String jwt, Expect expect, Check check) {
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> engine().verify(jwt, expect));
        assertThat(rejection).as(payload()).isNotNull();
        assertThat(rejection.check()).as(payload()).isEqualTo(check);
    }

    private static Expect expect(Optional<String> nonce) {
        return new Expect(nonce, Set.of(Trust.Preset.GENERIC), Expect.Mode.ENFORCE);
    }

    private String signed(KeyPair pair) {
        return HandmadeJwt.signed(header, payload(), SigningAlgorithm.RS256, pair.getPrivate());
    }

    private String payload() {
        return claims.entrySet().stream()
                .map(claim -> text(claim.getKey()) + ":" + claim.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** An empty value takes the claim away. */
    private void put(String name, String value) {
        if (value.isEmpty()) {
            claims.remove(name);
        } else {
            claims.put(name, value);
        }
    }

    private static String text(String value) {
        return "\"" + value + "\"";
    }

    private static String pem(KeyPair pair) {
        return HandmadeJwt.pem(pair.getPublic());
    }

    private static Trust.Keys keys(String current) {
        return new Trust.Keys(
                Optional.of(new Trust.Keys.Text(current, Optional.empty())), Optional.empty(), Optional.empty());
    }

    private static Trust.Keys keys(String current, String previous) {
        return new Trust.Keys(
                Optional.of(new Trust.Keys.Text(current, Optional.empty())),
                Optional.of(new Trust.Keys.Text(previous, Optional.empty())),
                Optional.empty());
    }

    private static byte[] published(String kid) {
        return SigningKeysTest.set(new RSAKey.Builder((RSAPublicKey) CURRENT.getPublic())
                        .keyID(kid)
                        .build()
                        .toJSONString())
                .getBytes(StandardCharsets.UTF_8);
    }
}
