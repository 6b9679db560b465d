package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.DemoKeys;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that nobody may get in with. A server of the attacker's listens for whoever would fetch a key from there. */
@Tag("once")
class ExternalTokenAbuseIT {

    private static final String INVALID = "auth/invalid-token";
    private static final String MISMATCH = "auth/project-mismatch";
    private static final String RS256 = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";

    private static TestRealm realm;
    private static External external;
    private static KeyPair attacker;
    private static JwksServer attackersServer;

    @BeforeAll
    static void start() throws IOException {
        realm = TestRealm.create();
        external = new External(realm);
        attacker = HandmadeJwt.rsa(2048);
        attackersServer =
                new JwksServer(JwksServer.json("{\"keys\":[" + jwk(attacker).toJSONString() + "]}"));
    }

    @AfterAll
    static void stop() {
        realm.close();
        attackersServer.close();
    }

    @AfterEach
    void nothing_was_fetched_from_where_the_attacker_says() {
        assertThat(attackersServer.calls()).isZero();
    }

    private static RSAKey jwk(KeyPair pair) {
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID("a").build();
    }

    private static KeyPair current() {
        return DemoKeys.pair("EXTERNAL");
    }

    private static String payload() {
        return Json.text(External.claims(External.freshId()));
    }

    /** Signed by the project's own key, so that nothing but header or payload can be what is wrong. */
    private static String rightlySigned(String header, String payload) {
        return signed(header, payload, SigningAlgorithm.RS256, current());
    }

    private static String signed(String header, String payload, SigningAlgorithm algorithm, KeyPair pair) {
        return Secrets.remember(HandmadeJwt.signed(header, payload, algorithm, pair.getPrivate()));
    }

    private static String withClaims(Consumer<ObjectNode> changes) {
        return rightlySigned(RS256, Json.text(External.claims(External.freshId(), changes)));
    }

    private static void refused(String jwt, String code, String what) {
        int before = users();
        Refused.with(external.verify(jwt), 403, code, what);
        assertThat(users()).as(what).isEqualTo(before);
    }

    private static int users() {
        return realm.get("/users/count").expect(200).json().intValue();
    }

    @Test
    void a_token_made_by_hand_is_taken_or_this_class_tests_nothing() {
        external.verify(rightlySigned(RS256, payload())).expect(200);
        external.verify(rightlySigned("{\"alg\":\"RS256\"}", payload())).expect(200);
    }

    // ---- algorithm ----

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "None", "NONE", "nOnE", "none ", " none", "", "rs256", "RS256 ", "RSA", "n\\u006fne"})
    void no_spelling_of_another_algorithm_is_taken(String alg) {
        String header = "{\"alg\":\"" + alg + "\",\"typ\":\"JWT\"}";
        String unsigned = HandmadeJwt.segment(header) + "." + HandmadeJwt.segment(payload()) + ".";
        refused(unsigned, INVALID, "without a signature");
        refused(unsigned + "e30", INVALID, "with a signature of nonsense");
        refused(rightlySigned(header, payload()), INVALID, "rightly signed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"alg\":null}", "{\"alg\":1}", "{\"alg\":[\"RS256\"]}", "{\"Alg\":\"RS256\"}"})
    void an_algorithm_that_is_no_text_is_not_taken(String header) {
        refused(rightlySigned(header, payload()), INVALID, header);
    }

    @Test
    void the_public_key_is_no_secret_to_sign_with() throws GeneralSecurityException {
        byte[] der = current().getPublic().getEncoded();
        String pem = HandmadeJwt.pem(current().getPublic());
        String inOneLine = Base64.getEncoder().encodeToString(der);
        List<byte[]> secrets = List.of(
                der,
                utf8(pem),
                utf8(pem.strip()),
                utf8(pem.replace("\n", "\r\n")),
                utf8(inOneLine),
                utf8("-----BEGIN PUBLIC KEY-----\n" + inOneLine + "\n-----END PUBLIC KEY-----"),
                ((RSAPublicKey) current().getPublic()).getModulus().toByteArray(),
                utf8(jwk(current()).toJSONString()),
                utf8("demo"));
        for (byte[] secret : secrets) {
            for (String alg : List.of("HS256", "HS384", "HS512", "RS256")) {
                String signed = HandmadeJwt.segment("{\"alg\":\"" + alg + "\",\"typ\":\"JWT\"}") + "."
                        + HandmadeJwt.segment(payload());
                Mac mac = Mac.getInstance("Hmac" + (alg.equals("RS256") ? "SHA256" : alg.replace("HS", "SHA")));
                Key key = new SecretKeySpec(secret, mac.getAlgorithm());
                mac.init(key);
                String tag = UrlBase64.encode(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
                refused(signed + "." + tag, INVALID, alg);
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PS256", "PS384", "PS512", "RS384", "RS512"})
    void another_algorithm_of_the_same_key_is_not_taken(String name) {
        SigningAlgorithm other = SigningAlgorithm.of(name).orElseThrow();
        refused(signed("{\"alg\":\"" + name + "\"}", payload(), other, current()), INVALID, "as it is");
        refused(signed(RS256, payload(), other, current()), INVALID, "under the pinned name");
        refused(rightlySigned("{\"alg\":\"" + name + "\"}", payload()), INVALID, "under the other name");
    }

    @Test
    void a_provider_with_an_EC_key_takes_ES256_alone() {
        KeyPair pair = HandmadeJwt.ec("secp256r1");
        Project.create(realm, "ec", Map.of("currentKey", HandmadeJwt.pem(pair.getPublic()), "algorithm", "ES256"));
        String payload = Json.text(External.claims("ec-1", claims -> claims.put("iss", "ec")));
        external.verify(signed("{\"alg\":\"ES256\"}", payload, SigningAlgorithm.ES256, pair))
                .expect(200);
        refused(signed(RS256, payload, SigningAlgorithm.ES256, pair), INVALID, "RS256 in the header");
        refused(signed(RS256, payload, SigningAlgorithm.RS256, attacker), INVALID, "RS256 by another key");
        refused(signed("{\"alg\":\"ES256\"}", payload, SigningAlgorithm.RS256, attacker), INVALID, "RSA signature");
        refused(signed("{\"alg\":\"ES384\"}", payload, SigningAlgorithm.ES256, pair), INVALID, "ES384 in the header");
        String unsigned = HandmadeJwt.segment("{\"alg\":\"ES256\"}") + "." + HandmadeJwt.segment(payload);
        // CVE-2022-21449: r = s = 0 was good for any text
        refused(unsigned + "." + UrlBase64.encode(new byte[64]), INVALID, "zeros");
        byte[] longer = Arrays.copyOf(
                UrlBase64.decode(signed("{\"alg\":\"ES256\"}", payload, SigningAlgorithm.ES256, pair)
                                .substring(unsigned.length() + 1))
                        .orElseThrow(),
                66);
        refused(unsigned + "." + UrlBase64.encode(longer), INVALID, "two bytes more");
    }

    @Test
    void a_signature_by_another_key_or_over_another_text_is_not_taken() {
        String good = rightlySigned(RS256, payload());
        String[] parts = good.split("\\.");
        refused(signed(RS256, payload(), SigningAlgorithm.RS256, attacker), INVALID, "another key");
        refused(parts[0] + "." + HandmadeJwt.segment(payload()) + "." + parts[2], INVALID, "another payload");
        refused(
                HandmadeJwt.segment("{\"alg\":\"RS256\"}") + "." + parts[1] + "." + parts[2],
                INVALID,
                "another header");
        byte[] signature = UrlBase64.decode(parts[2]).orElseThrow();
        signature[100] ^= 1;
        refused(parts[0] + "." + parts[1] + "." + UrlBase64.encode(signature), INVALID, "one bit");
        refused(parts[0] + "." + parts[1] + "." + UrlBase64.encode(new byte[256]), INVALID, "zeros");
        refused(parts[0] + "." + parts[1] + "." + UrlBase64.encode(new byte[1]), INVALID, "too short");
    }

    // ---- header ----

    static Stream<String> headers() {
        String url = attackersServer.url();
        String jwk = jwk(attacker).toJSONString();
        String certificate =
                Base64.getEncoder().encodeToString(attacker.getPublic().getEncoded());
        return Stream.of(
                "\"jku\":\"" + url + "\"",
                "\"x5u\":\"" + url + "\"",
                "\"jwk\":" + jwk,
                "\"jwk\":{}",
                "\"jwk\":null",
                "\"x5c\":[\"" + certificate + "\"]",
                "\"x5t\":\"AAAA\"",
                "\"x5t#S256\":\"AAAA\"",
                "\"jku\":\"" + url + "\",\"kid\":\"a\"",
                "\"jku\":\"\"",
                "\"crit\":[\"exp\"]",
                "\"crit\":[]",
                "\"crit\":null",
                "\"b64\":false,\"crit\":[\"b64\"]",
                "\"b64\":true",
                "\"zip\":\"DEF\"",
                "\"enc\":\"A256GCM\"",
                "\"kid\":\"" + url + "\"",
                "\"kid\":\"" + "k".repeat(10_000) + "\"",
                "\"kid\":\"" + "k".repeat(129) + "\"",
                "\"kid\":\"../../../../dev/null\"",
                "\"kid\":\"' OR '1'='1\"",
                "\"kid\":\"1; DROP TABLE user_entity --\"",
                "\"kid\":\"a\\u0000b\"",
                "\"kid\":\"a\\nb\"",
                "\"kid\":\"\"",
                "\"kid\":null",
                "\"kid\":1",
                "\"kid\":[\"a\"]",
                "\"typ\":\"at+jwt\"",
                "\"typ\":\"logout+jwt\"",
                "\"typ\":\"JWE\"",
                "\"typ\":\"ID\"",
                "\"typ\":null",
                "\"typ\":1");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void what_a_header_brings_along_is_not_used(String member) {
        String header = "{\"alg\":\"RS256\"," + member + "}";
        refused(signed(header, payload(), SigningAlgorithm.RS256, attacker), INVALID, "by the attacker's key");
        refused(rightlySigned(header, payload()), INVALID, "by the right key");
    }

    @Test
    void an_issuer_that_is_an_address_is_not_asked() {
        refused(withClaims(claims -> claims.put("iss", attackersServer.url())), MISMATCH, "issuer");
    }

    // ---- form ----

    static Map<String, String> forms() {
        String good = rightlySigned(RS256, payload());
        String[] parts = good.split("\\.");
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("two segments", parts[0] + "." + parts[1]);
        forms.put("no signature", parts[0] + "." + parts[1] + ".");
        forms.put("no header", "." + parts[1] + "." + parts[2]);
        forms.put("no payload", parts[0] + ".." + parts[2]);
        forms.put("four segments", good + "." + parts[2]);
        forms.put("an empty fourth", good + ".");
        forms.put("a JWE", good + "." + parts[0] + "." + parts[1]);
        forms.put("dots", "..");
        forms.put("a word", "garbage");
        forms.put("padding", good + "==");
        forms.put("a blank before", " " + good);
        forms.put("a blank behind", good + " ");
        forms.put("a line break behind", good + "\n");
        forms.put("a line break within", good.substring(0, 300) + "\n" + good.substring(300));
        forms.put("a tab", parts[0] + ".\t" + parts[1] + "." + parts[2]);
        forms.put("a NUL", good + "\0");
        forms.put("not ASCII", good + "ä");
        forms.put("full-width", parts[0] + "．" + parts[1] + "." + parts[2]);
        forms.put("the other alphabet", withStandardAlphabet());
        forms.put("stray bits", parts[0] + "." + parts[1] + "." + strayBits(parts[2]));
        forms.put("Bearer", "Bearer " + good);
        forms.put("JSON", "{\"payload\":\"" + parts[1] + "\"}");
        forms.put("a header that is none", rightlySigned("[]", payload()));
        forms.put("a header that is a text", rightlySigned("\"RS256\"", payload()));
        forms.put("a header with more behind", rightlySigned(RS256 + "{}", payload()));
        forms.put("a header with a comment", rightlySigned("/**/" + RS256, payload()));
        forms.put("a payload that is none", rightlySigned(RS256, "[]"));
        forms.put("a payload that is null", rightlySigned(RS256, "null"));
        forms.put("a payload with a byte order mark", rightlySigned(RS256, "\uFEFF" + payload()));
        forms.put("a payload too deep", rightlySigned(RS256, deep()));
        forms.put("two algorithms", rightlySigned("{\"alg\":\"none\",\"alg\":\"RS256\"}", payload()));
        forms.put("two subjects", rightlySigned(RS256, payload().replace("{", "{\"sub\":\"admin\",")));
        forms.put("two issuers", rightlySigned(RS256, payload().replace("}", ",\"iss\":\"other\"}")));
        forms.put(
                "two emails",
                rightlySigned(
                        RS256,
                        payload()
                                .replace("}", ",\"userData\":{\"email\":\"a@b.example\",\"email\":\"c@d.example\"}}")));
        return forms;
    }

    private static String deep() {
        return payload()
                .replace("}", ",\"userData\":{\"metadata\":" + "{\"a\":".repeat(500) + "1" + "}".repeat(500) + "}}");
    }

    /** A rightly signed token in the alphabet of RFC 4648 section 4, with at least one character that tells the two apart. */
    private static String withStandardAlphabet() {
        String other;
        String jwt;
        do {
            jwt = rightlySigned(RS256, payload());
            other = jwt.replace('-', '+').replace('_', '/');
        } while (other.equals(jwt));
        return other;
    }

    /** 256 bytes leave four bits of the last character unused. */
    private static String strayBits(String signature) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = signature.charAt(signature.length() - 1);
        return signature.substring(0, signature.length() - 1) + alphabet.charAt(alphabet.indexOf(last) + 1);
    }

    static Stream<String> namesOfForms() {
        return forms().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("namesOfForms")
    void what_is_not_exactly_one_token_is_not_taken(String name) {
        refused(forms().get(name), INVALID, name);
    }

    @Test
    void broken_UTF_8_is_not_taken() throws GeneralSecurityException {
        byte[] payload = payload().replace("user_", "user_X").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < payload.length; i++) {
            payload[i] = payload[i] == 'X' ? (byte) 0xC0 : payload[i];
        }
        String text = HandmadeJwt.segment(RS256) + "." + UrlBase64.encode(payload);
        java.security.Signature signature = java.security.Signature.getInstance("SHA256withRSA");
        signature.initSign(current().getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        refused(text + "." + UrlBase64.encode(signature.sign()), INVALID, "0xC0");
    }

    // ---- claims ----

    private static Map<String, Consumer<ObjectNode>> brokenClaims() {
        long now = Instant.now().getEpochSecond();
        Map<String, Consumer<ObjectNode>> broken = new LinkedHashMap<>();
        broken.put("no exp", claims -> claims.remove("exp"));
        broken.put("exp null", claims -> claims.putNull("exp"));
        broken.put("exp text", claims -> claims.put("exp", Long.toString(now + 300)));
        broken.put("exp float", claims -> claims.put("exp", now + 300.5));
        broken.put("exp float that is whole", claims -> claims.put("exp", (double) now + 300));
        broken.put("exp past", claims -> claims.put("exp", now - 60).put("iat", now - 120));
        broken.put("exp 0", claims -> claims.put("exp", 0));
        broken.put("exp negative", claims -> claims.put("exp", -1));
        broken.put("exp far", claims -> claims.put("exp", now + 7_200));
        broken.put(
                "exp far without iat", claims -> claims.put("exp", now + 7_200).remove("iat"));
        broken.put(
                "exp far by an old iat", claims -> claims.put("exp", now + 300).put("iat", now - 7_200));
        broken.put("exp in milliseconds", claims -> claims.put("exp", now * 1_000));
        broken.put("exp overflowing", claims -> claims.put("exp", Long.MAX_VALUE));
        broken.put("exp enormous", claims -> claims.put("exp", java.math.BigInteger.TEN.pow(60)));
        broken.put("exp array", claims -> claims.putArray("exp").add(now + 300));
        broken.put("exp boolean", claims -> claims.put("exp", true));
        broken.put("nbf future", claims -> claims.put("nbf", now + 120));
        broken.put("nbf text", claims -> claims.put("nbf", "0"));
        broken.put("nbf null", claims -> claims.putNull("nbf"));
        broken.put("iat future", claims -> claims.put("iat", now + 120));
        broken.put("iat text", claims -> claims.put("iat", Long.toString(now)));
        broken.put("iat null", claims -> claims.putNull("iat"));
        broken.put("iat negative", claims -> claims.put("iat", Long.MIN_VALUE));
        broken.put("no sub", claims -> claims.remove("sub"));
        broken.put("sub null", claims -> claims.putNull("sub"));
        broken.put("sub empty", claims -> claims.put("sub", ""));
        broken.put("sub blank", claims -> claims.put("sub", " "));
        broken.put("sub with a blank behind", claims -> claims.put("sub", "a "));
        broken.put("sub number", claims -> claims.put("sub", 42));
        broken.put("sub array", claims -> claims.putArray("sub").add("a"));
        broken.put("sub of 256", claims -> claims.put("sub", "a".repeat(256)));
        broken.put("sub with NUL", claims -> claims.put("sub", "a\0b"));
        broken.put("sub with a line break", claims -> claims.put("sub", "a\nb"));
        broken.put("sub with U+2028", claims -> claims.put("sub", "a\u2028b"));
        broken.put("typ ID", claims -> claims.put("typ", "ID"));
        broken.put("typ Bearer", claims -> claims.put("typ", "Bearer"));
        broken.put("typ Refresh", claims -> claims.put("typ", "Refresh"));
        broken.put("typ Logout", claims -> claims.put("typ", "Logout"));
        broken.put("typ null", claims -> claims.putNull("typ"));
        broken.put("logout events", claims -> claims.putObject("events")
                .putObject("http://schemas.openid.net/event/backchannel-logout"));
        broken.put("a nonce nobody asked for", claims -> claims.put("nonce", "n"));
        broken.put("aud of numbers", claims -> claims.putArray("aud").add(1));
        broken.put("aud null", claims -> claims.putNull("aud"));
        broken.put("jti empty", claims -> claims.put("jti", ""));
        broken.put("jti number", claims -> claims.put("jti", 1));
        broken.put("jti null", claims -> claims.putNull("jti"));
        broken.put("jti of 256", claims -> claims.put("jti", "j".repeat(256)));
        broken.put("userData text", claims -> claims.put("userData", "{}"));
        broken.put("userData array", claims -> claims.putArray("userData"));
        broken.put("userData null", claims -> claims.putNull("userData"));
        broken.put("userData.id another", claims -> claims.putObject("userData").put("id", "another"));
        broken.put("userData.id null", claims -> claims.putObject("userData").putNull("id"));
        broken.put(
                "userData.id number",
                claims -> claims.put("sub", "5").putObject("userData").put("id", 5));
        return broken;
    }

    static Stream<String> namesOfClaims() {
        return brokenClaims().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("namesOfClaims")
    void broken_claims_are_not_taken(String name) {
        refused(withClaims(brokenClaims().get(name)), INVALID, name);
    }

    @Test
    void half_a_surrogate_pair_is_no_text_anywhere() {
        String half = "\\ud800";
        refused(rightlySigned(RS256, payload().replace("user_", "user_" + half)), INVALID, "sub");
        refused(
                rightlySigned(RS256, payload().replace("}", ",\"userData\":{\"name\":\"a" + half + "\"}}")),
                INVALID,
                "name");
        refused(
                rightlySigned(RS256, payload().replace("}", ",\"userData\":{\"metadata\":{\"a\":\"" + half + "\"}}}")),
                INVALID,
                "metadata");
    }

    @Test
    void the_longest_sub_and_times_within_the_skew_are_taken() {
        long now = Instant.now().getEpochSecond();
        external.verify(withClaims(claims -> claims.put("sub", "a".repeat(255))))
                .expect(200);
        external.verify(withClaims(claims -> claims.put("sub", "用户😀"))).expect(200);
        external.verify(withClaims(claims -> claims.put("nbf", now + 10).put("iat", now + 10)))
                .expect(200);
        external.verify(withClaims(claims -> claims.put("exp", now - 10))).expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo/", "/demo", "Demo", "DEMO", "demo ", " demo", "demo\0", "dem", "demо", "", "demo\n"})
    void an_issuer_that_is_off_by_a_little_is_another_one(String issuer) {
        refused(withClaims(claims -> claims.put("iss", issuer)), MISMATCH, issuer);
    }

    @Test
    void an_issuer_that_is_no_text_is_none() {
        refused(withClaims(claims -> claims.remove("iss")), MISMATCH, "absent");
        refused(withClaims(claims -> claims.putNull("iss")), MISMATCH, "null");
        refused(withClaims(claims -> claims.put("iss", 1)), MISMATCH, "number");
        refused(withClaims(claims -> claims.putArray("iss").add("demo")), MISMATCH, "array");
        refused(withClaims(claims -> claims.put("iss", "x".repeat(40_000))), MISMATCH, "long");
        refused(withClaims(claims -> claims.put("iss", "' OR '1'='1")), MISMATCH, "SQL");
    }

    @Test
    void an_audience_that_is_off_by_a_little_is_another_one() {
        String audience = "https://api.example.com/v1";
        Project.create(realm, "with-audience", Map.of("audiences", audience));
        String name = "with-audience";
        external.verify(withClaims(claims -> claims.put("iss", name).put("aud", audience)))
                .expect(200);
        external.verify(withClaims(claims ->
                        claims.put("iss", name).putArray("aud").add("other").add(audience)))
                .expect(200);
        for (String other : List.of(
                audience + "/",
                "https://api.example.com",
                audience.toUpperCase(Locale.ROOT),
                "https://API.example.com/v1",
                "http://api.example.com/v1",
                audience + " ",
                audience + ",x",
                "*",
                "")) {
            refused(withClaims(claims -> claims.put("iss", name).put("aud", other)), INVALID, other);
        }
        refused(withClaims(claims -> claims.put("iss", name)), INVALID, "absent");
        refused(withClaims(claims -> claims.put("iss", name).putArray("aud")), INVALID, "empty");
        refused(withClaims(claims -> claims.put("iss", name).putObject("aud").put(audience, 1)), INVALID, "object");
    }

    /** Else a token that the same issuer made for another of its apps would do. */
    @Test
    void an_issuer_of_another_name_than_the_project_must_name_it_as_audience() {
        Project.create(realm, "several", Map.of("issuer", "https://issuer.example.com", "projectId", "p1"));
        refused(withClaims(claims -> claims.put("iss", "https://issuer.example.com")), INVALID, "none");
        refused(
                withClaims(claims ->
                        claims.put("iss", "https://issuer.example.com").put("aud", "p2")),
                INVALID,
                "other");
        external.verify(withClaims(claims ->
                        claims.put("iss", "https://issuer.example.com").put("aud", "p1")))
                .expect(200);
    }

    @Test
    void this_realms_own_tokens_are_not_taken() {
        JsonNode own = external.signedIn(External.sign(External.claims(External.freshId())));
        refused(own.path("accessToken").asText(), MISMATCH, "access token");
        refused(own.path("refreshToken").asText(), MISMATCH, "refresh token");
        refused(realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD), MISMATCH, "full");
        refused(withClaims(claims -> claims.put("iss", realm.url("").toString())), MISMATCH, "our name");
    }

    @Test
    void a_disabled_identity_provider_is_none_at_once() {
        Project.create(realm, "disabled", Map.of());
        String jwt = withClaims(claims -> claims.put("iss", "disabled"));
        external.verify(jwt).expect(200);
        Project.enabled(realm, "disabled", false);
        refused(jwt, MISMATCH, "disabled");
        Project.enabled(realm, "disabled", true);
        external.verify(jwt).expect(200);
        realm.delete("/identity-provider/instances/disabled").expect(204);
        refused(jwt, MISMATCH, "deleted");
    }

    // ---- jti ----

    @Test
    void a_token_with_a_jti_is_good_once() {
        String jwt = withClaims(claims -> claims.put("jti", External.freshId()));
        external.verify(jwt).expect(200);
        refused(jwt, INVALID, "again");
        String jti = External.freshId();
        external.verify(withClaims(claims -> claims.put("jti", jti))).expect(200);
        refused(withClaims(claims -> claims.put("jti", jti)), INVALID, "another user, same jti");
    }

    @Test
    void of_two_at_once_with_one_jti_exactly_one_gets_in() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 15; round++) {
                String id = External.freshId();
                String jwt = rightlySigned(RS256, Json.text(External.claims(id, claims -> claims.put("jti", id))));
                CyclicBarrier barrier = new CyclicBarrier(2);
                Callable<Answer> call = () -> {
                    barrier.await();
                    return external.verify(jwt);
                };
                List<Integer> statuses = new ArrayList<>();
                for (Future<Answer> answer : threads.invokeAll(List.of(call, call))) {
                    statuses.add(answer.get().status());
                }
                assertThat(statuses).containsExactlyInAnyOrder(200, 403);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_refused_token_does_not_use_up_its_jti() {
        String jti = External.freshId();
        refused(withClaims(claims -> claims.put("jti", jti).put("aud", 1)), INVALID, "broken");
        refused(
                signed(
                        RS256,
                        Json.text(External.claims("x", claims -> claims.put("jti", jti))),
                        SigningAlgorithm.RS256,
                        attacker),
                INVALID,
                "by the attacker");
        external.verify(withClaims(claims -> claims.put("jti", jti))).expect(200);
    }

    @Test
    void one_jti_of_two_issuers_is_two() {
        Project.create(realm, "second", Map.of());
        String jti = External.freshId();
        external.verify(withClaims(claims -> claims.put("jti", jti))).expect(200);
        external.verify(withClaims(claims -> claims.put("jti", jti).put("iss", "second")))
                .expect(200);
        refused(withClaims(claims -> claims.put("jti", jti).put("iss", "second")), INVALID, "again");
    }

    @Test
    void where_a_jti_is_required_a_token_without_one_is_not_taken() {
        Project.create(realm, "jti-required", Map.of("jtiPolicy", "required"));
        refused(withClaims(claims -> claims.put("iss", "jti-required")), INVALID, "none");
        external.verify(withClaims(claims -> claims.put("iss", "jti-required").put("jti", External.freshId())))
                .expect(200);
    }

    // ---- rotation ----

    @Test
    void a_rotation_by_an_admin_counts_at_once() {
        KeyPair next = HandmadeJwt.rsa(2048);
        String alias = "rotating";
        Project.create(realm, alias, Map.of("currentKeyId", "k1"));
        String payload = Json.text(External.claims("rotating-1", claims -> claims.put("iss", alias)));
        String old = rightlySigned("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload);
        String oldWithoutKid = rightlySigned(RS256, payload);
        String fresh = signed("{\"alg\":\"RS256\",\"kid\":\"k2\"}", payload, SigningAlgorithm.RS256, next);
        String freshWithoutKid = signed(RS256, payload, SigningAlgorithm.RS256, next);
        String wrongName = signed("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload, SigningAlgorithm.RS256, next);
        external.verify(old).expect(200);
        external.verify(oldWithoutKid).expect(200);
        refused(fresh, INVALID, "too early");
        refused(freshWithoutKid, INVALID, "too early, no kid");
        refused(rightlySigned("{\"alg\":\"RS256\",\"kid\":\"K1\"}", payload), INVALID, "unknown kid");

        Project.update(realm, alias, provider -> provider.withObject("/config")
                .put("currentKey", HandmadeJwt.pem(next.getPublic()))
                .put("currentKeyId", "k2")
                .put("previousKey", HandmadeJwt.pem(current().getPublic()))
                .put("previousKeyId", "k1"));
        for (String jwt : List.of(old, oldWithoutKid, fresh, freshWithoutKid)) {
            external.verify(jwt).expect(200);
        }
        refused(wrongName, INVALID, "the new key under the old name");

        Project.update(realm, alias, provider -> provider.withObject("/config")
                .put("previousKey", "")
                .put("previousKeyId", ""));
        external.verify(fresh).expect(200);
        external.verify(freshWithoutKid).expect(200);
        refused(old, INVALID, "retired");
        refused(oldWithoutKid, INVALID, "retired, no kid");
    }
}
