package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.github.keycloakmint.kernel.UrlBase64;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeysTest {

    private static final KeyPair RSA = HandmadeJwt.pair("keys", SigningAlgorithm.RS256);
    private static final KeyPair P256 = HandmadeJwt.pair("keys", SigningAlgorithm.ES256);
    private static final KeyPair P384 = HandmadeJwt.pair("keys", SigningAlgorithm.ES384);
    private static final KeyPair ED25519 = HandmadeJwt.pair("keys", SigningAlgorithm.EdDSA);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void takes_a_pem_and_bare_base64(SigningAlgorithm algorithm) {
        PublicKey key = HandmadeJwt.pair("keys", algorithm).getPublic();

        assertThat(one(HandmadeJwt.pem(key), algorithm).key()).isEqualTo(key);
        assertThat(one("\n  " + HandmadeJwt.pem(key).replace("\n", "\r\n") + "  ", algorithm)
                        .key())
                .isEqualTo(key);
        assertThat(one(Base64.getEncoder().encodeToString(key.getEncoded()), algorithm)
                        .key())
                .isEqualTo(key);
    }

    @Test
    void takes_the_key_of_a_certificate() throws Exception {
        // keytool makes one without any library
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=issuer",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "password")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        java.security.KeyStore keys = java.security.KeyStore.getInstance(store.toFile(), "password".toCharArray());
        java.security.cert.Certificate certificate = keys.getCertificate("a");

        SigningKey key = one(HandmadeJwt.block("CERTIFICATE", certificate.getEncoded()), SigningAlgorithm.PS256);

        assertThat(key.key()).isEqualTo(certificate.getPublicKey());
    }

    @Test
    void takes_a_jwk_with_its_kid() {
        SigningKey key = one(rsa("k1").toString(), SigningAlgorithm.RS256);

        assertThat(key.key()).isEqualTo(RSA.getPublic());
        assertThat(key.kid()).contains("k1");
        assertThat(one(ec("e", Curve.P_256, P256).toString(), SigningAlgorithm.ES256)
                        .key())
                .isEqualTo(P256.getPublic());
        assertThat(one(okp(), SigningAlgorithm.EdDSA).key()).isEqualTo(ED25519.getPublic());
    }

    @Test
    void takes_the_keys_of_a_set_that_fit_the_algorithm() {
        String set = set(
                rsa("r1").toString(),
                ec("e1", Curve.P_256, P256).toString(),
                rsa("r2").toString(),
                okp());

        assertThat(SigningKeys.parse(set, SigningAlgorithm.RS256))
                .extracting(key -> key.kid().orElseThrow())
                .containsExactly("r1", "r2");
        assertThat(SigningKeys.parse(set, SigningAlgorithm.ES256)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "none", "rs256", "RS256 ", "ES256K", "RSA-OAEP", ""})
    void takes_no_other_algorithm(String algorithm) {
        assertThat(SigningKeys.check(HandmadeJwt.pem(RSA.getPublic()), algorithm))
                .hasValueSatisfying(words -> assertThat(words).contains("RS256, RS384"));
    }

    @Test
    void refuses_private_and_secret_keys_in_every_form() {
        RSAKey jwk = new RSAKey.Builder((RSAPublicKey) RSA.getPublic())
                .privateKey(RSA.getPrivate())
                .build();
        String secret = new OctetSequenceKey.Builder(new byte[32]).build().toJSONString();
        for (String text : List.of(
                HandmadeJwt.block("PRIVATE KEY", RSA.getPrivate().getEncoded()),
                HandmadeJwt.block("RSA PRIVATE KEY", RSA.getPrivate().getEncoded()),
                HandmadeJwt.block("ENCRYPTED PRIVATE KEY", RSA.getPrivate().getEncoded()),
                HandmadeJwt.pem(RSA.getPublic())
                        + HandmadeJwt.block("PRIVATE KEY", RSA.getPrivate().getEncoded()),
                Base64.getEncoder().encodeToString(RSA.getPrivate().getEncoded()),
                Base64.getEncoder().encodeToString(P256.getPrivate().getEncoded()),
                Base64.getEncoder().encodeToString(ED25519.getPrivate().getEncoded()),
                jwk.toJSONString(),
                secret,
                set(rsa("a").toString(), jwk.toJSONString()),
                set(rsa("a").toString(), secret),
                "{\"k\":\"AAAA\",\"keys\":[" + rsa("a") + "]}")) {
            assertThat(SigningKeys.check(text, "RS256"))
                    .as(text.substring(0, 40))
                    .hasValueSatisfying(words -> assertThat(words).contains("private or secret"));
        }
        assertThat(SigningKeys.check(
                        new ECKey.Builder(Curve.P_256, (ECPublicKey) P256.getPublic())
                                .privateKey(P256.getPrivate())
                                .build()
                                .toJSONString(),
                        "ES256"))
                .hasValueSatisfying(words -> assertThat(words).contains("private or secret"));
    }

    @Test
    void a_key_must_be_of_the_algorithms_type_and_curve() {
        List<PublicKey> keys = List.of(RSA.getPublic(), P256.getPublic(), P384.getPublic(), ED25519.getPublic());
        for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
            PublicKey own = HandmadeJwt.pair("keys", algorithm).getPublic();
            for (PublicKey key : keys) {
                assertThat(SigningKeys.check(HandmadeJwt.pem(key), algorithm.name())
                                .isEmpty())
                        .as(algorithm + " with " + key.getAlgorithm())
                        .isEqualTo(key.equals(own));
            }
        }
        assertThat(SigningKeys.check(ec("e", Curve.P_384, P384).toString(), "ES256"))
                .isPresent();
        assertThat(SigningKeys.check(rsa("r").toString(), "ES256")).isPresent();
        assertThat(SigningKeys.check(
                        HandmadeJwt.pem(HandmadeJwt.generate("Ed448").getPublic()), "EdDSA"))
                .isPresent();
        assertThat(SigningKeys.check(
                        HandmadeJwt.pem(HandmadeJwt.generate("X25519").getPublic()), "EdDSA"))
                .isPresent();
    }

    @Test
    void refuses_weak_and_absurd_rsa_keys() throws GeneralSecurityException {
        assertThat(SigningKeys.check(HandmadeJwt.pem(HandmadeJwt.rsa(1024).getPublic()), "RS256"))
                .hasValueSatisfying(words -> assertThat(words).contains("2048").contains("1024"));
        BigInteger modulus = ((RSAPublicKey) RSA.getPublic()).getModulus();
        assertThat(SigningKeys.check(rsaJwk(modulus, BigInteger.ONE), "RS256")).isPresent();
        assertThat(SigningKeys.check(rsaJwk(modulus, BigInteger.TWO), "RS256")).isPresent();
        assertThat(SigningKeys.check(rsaJwk(BigInteger.ONE.shiftLeft(12_000), BigInteger.valueOf(65537)), "RS256"))
                .isPresent();
        PublicKey small =
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65537)));
        assertThat(SigningKeys.check(HandmadeJwt.pem(small), "RS256")).isEmpty();
    }

    @Test
    void refuses_a_point_that_is_not_on_the_curve() {
        ECKey good = ec("e", Curve.P_256, P256);
        String bad =
                good.toJSONString().replace(good.getY().toString(), good.getX().toString());
        assertThat(SigningKeys.check(bad, "ES256")).isPresent();
    }

    @Test
    void a_jwk_must_be_for_this_use_and_algorithm() {
        RSAKey.Builder key = new RSAKey.Builder((RSAPublicKey) RSA.getPublic());
        assertThat(SigningKeys.check(key.keyUse(KeyUse.ENCRYPTION).build().toJSONString(), "RS256"))
                .isPresent();
        assertThat(SigningKeys.check(key.keyUse(KeyUse.SIGNATURE).build().toJSONString(), "RS256"))
                .isEmpty();
        assertThat(SigningKeys.check(jwkWith("\"alg\":\"PS256\""), "RS256")).isPresent();
        assertThat(SigningKeys.check(jwkWith("\"alg\":\"RS256\""), "RS256")).isEmpty();
        assertThat(SigningKeys.check(jwkWith("\"key_ops\":[\"encrypt\"]"), "RS256"))
                .isPresent();
        assertThat(SigningKeys.check(jwkWith("\"key_ops\":[\"verify\"]"), "RS256"))
                .isEmpty();
        assertThat(SigningKeys.check(jwkWith("\"kid\":\"../k\""), "RS256"))
                .hasValueSatisfying(words -> assertThat(words).contains("kid"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "not a key",
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":[]}",
                "{\"keys\":[1]}",
                "{\"kty\":\"RSA\"}",
                "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"kty\":\"RSA\"}",
                "[]",
                "https://issuer.example/jwks",
                "-----BEGIN PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"
            })
    void says_in_words_what_is_no_key(String text) {
        assertThat(SigningKeys.check(text, "RS256"))
                .hasValueSatisfying(words -> assertThat(words).isNotBlank().doesNotContain("Exception"));
    }

    @Test
    void refuses_two_blocks_large_texts_and_large_sets() {
        String pem = HandmadeJwt.pem(RSA.getPublic());
        assertThat(SigningKeys.check(pem + pem, "RS256")).isPresent();
        assertThat(SigningKeys.check(pem + "x", "RS256")).isPresent();
        assertThat(SigningKeys.check("A".repeat(70_000), "RS256")).isPresent();
        String[] many =
                IntStream.range(0, 33).mapToObj(i -> rsa("k" + i).toString()).toArray(String[]::new);
        assertThat(SigningKeys.check(set(many), "RS256")).isPresent();
        assertThat(SigningKeys.check(set(Arrays.copyOf(many, 32)), "RS256")).isEmpty();
    }

    @Test
    void a_configured_kid_is_the_only_name_of_a_key() {
        List<SigningKey> named = SigningKeys.of(text(HandmadeJwt.pem(RSA.getPublic()), "k1"), SigningAlgorithm.RS256);
        assertThat(SigningKeys.matching(named, Optional.of("k1"))).hasSize(1);
        assertThat(SigningKeys.matching(named, Optional.of("K1"))).isEmpty();
        assertThat(SigningKeys.matching(named, Optional.of("k2"))).isEmpty();
        assertThat(SigningKeys.matching(named, Optional.empty())).hasSize(1);

        List<SigningKey> unnamed = SigningKeys.of(text(HandmadeJwt.pem(RSA.getPublic())), SigningAlgorithm.RS256);
        assertThat(SigningKeys.matching(unnamed, Optional.of("any"))).hasSize(1);
    }

    @Test
    void of_a_set_the_kid_picks() {
        String set = set(rsa("a").toString(), rsa("b").toString());
        assertThat(SigningKeys.matching(SigningKeys.of(text(set), SigningAlgorithm.RS256), Optional.of("b")))
                .extracting(key -> key.kid().orElseThrow())
                .containsExactly("b");
        assertThat(SigningKeys.of(text(set, "b"), SigningAlgorithm.RS256)).hasSize(1);
        assertThat(SigningKeys.of(text(set, "c"), SigningAlgorithm.RS256)).isEmpty();
    }

    @Test
    void a_token_without_a_kid_is_tried_with_eight_keys_at_most() {
        String[] many =
                IntStream.range(0, 20).mapToObj(i -> rsa("k" + i).toString()).toArray(String[]::new);
        assertThat(SigningKeys.matching(SigningKeys.parse(set(many), SigningAlgorithm.RS256), Optional.empty()))
                .hasSize(8);
    }

    @Test
    void of_what_an_issuer_publishes_only_fitting_public_keys_are_taken() {
        String jwks = set(
                rsa("good").toString(),
                new RSAKey.Builder((RSAPublicKey) RSA.getPublic())
                        .privateKey(RSA.getPrivate())
                        .build()
                        .toJSONString(),
                new OctetSequenceKey.Builder(new byte[32]).build().toJSONString(),
                "{\"kty\":\"new\"}",
                "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\"}",
                ec("e", Curve.P_256, P256).toString(),
                jwkWith("\"use\":\"enc\""));
        assertThat(SigningKeys.published(bytes(jwks), SigningAlgorithm.RS256).orElseThrow())
                .extracting(key -> key.kid().orElseThrow())
                .containsExactly("good");
        assertThat(SigningKeys.published(bytes("{\"keys\":[]}"), SigningAlgorithm.RS256)
                        .orElseThrow())
                .isEmpty();
        for (String other : List.of("", "<html>", "[]", "{}", "{\"keys\":1}", "{\"keys\":[1]}")) {
            assertThat(SigningKeys.published(bytes(other), SigningAlgorithm.RS256))
                    .isEmpty();
        }
    }

    @Test
    void another_text_is_another_key_at_once() {
        KeyPair next = HandmadeJwt.pair("next", SigningAlgorithm.RS256);
        assertThat(SigningKeys.of(text(HandmadeJwt.pem(RSA.getPublic())), SigningAlgorithm.RS256)
                        .get(0)
                        .key())
                .isEqualTo(RSA.getPublic());
        assertThat(SigningKeys.of(text(HandmadeJwt.pem(next.getPublic())), SigningAlgorithm.RS256)
                        .get(0)
                        .key())
                .isEqualTo(next.getPublic());
        assertThat(SigningKeys.of(text(HandmadeJwt.pem(RSA.getPublic())), SigningAlgorithm.ES256))
                .isEmpty();
    }

    private static SigningKey one(String text, SigningAlgorithm algorithm) {
        List<SigningKey> keys = SigningKeys.parse(text, algorithm);
        assertThat(keys).hasSize(1);
        return keys.get(0);
    }

    private static Trust.Keys.Text text(String text) {
        return new Trust.Keys.Text(text, Optional.empty());
    }

    private static Trust.Keys.Text text(String text, String kid) {
        return new Trust.Keys.Text(text, Optional.of(kid));
    }

    private static JWK rsa(String kid) {
        return new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).keyID(kid).build();
    }

    private static String rsaJwk(BigInteger modulus, BigInteger exponent) {
        return "{\"kty\":\"RSA\",\"n\":\"" + Base64URL.encode(modulus) + "\",\"e\":\"" + Base64URL.encode(exponent)
                + "\"}";
    }

    private static String jwkWith(String member) {
        String jwk = new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).build().toJSONString();
        return jwk.substring(0, jwk.length() - 1) + "," + member + "}";
    }

    private static ECKey ec(String kid, Curve curve, KeyPair pair) {
        return new ECKey.Builder(curve, (ECPublicKey) pair.getPublic())
                .keyID(kid)
                .build();
    }

    private static String okp() {
        byte[] encoded = ED25519.getPublic().getEncoded();
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
                + UrlBase64.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)) + "\"}";
    }

    static String set(String... jwks) {
        return Stream.of(jwks).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
