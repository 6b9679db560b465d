package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivedKeysTest {

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** RFC 5869, appendix A.1 and A.3. */
    @Test
    void hkdf_gives_what_the_rfc_says() {
        assertThat(DerivedKeys.hkdf(
                        hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                        hex("000102030405060708090a0b0c"),
                        hex("f0f1f2f3f4f5f6f7f8f9"),
                        42))
                .isEqualTo(hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
        assertThat(DerivedKeys.hkdf(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), new byte[0], new byte[0], 42))
                .isEqualTo(hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
    }

    @Test
    void a_seal_opens_with_its_key_and_for_its_payload_alone() {
        byte[] key = "a key of the test's own".getBytes(StandardCharsets.UTF_8);
        byte[] other = "another key".getBytes(StandardCharsets.UTF_8);
        String payload = "{\"exp\":1,\"jti\":\"trrtme:1\",\"sub\":\"x\"}";
        String sealed = TokenSeal.seal(key, "trrtme:1", payload.getBytes(StandardCharsets.UTF_8));
        byte[] signed = payload.replace("trrtme:1", sealed).getBytes(StandardCharsets.UTF_8);
        assertThat(TokenSeal.open(List.of(other, key), signed)).isPresent();
        assertThat(TokenSeal.open(List.of(other), signed)).isEmpty();
        assertThat(TokenSeal.open(List.of(key), payload.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        for (String changed : List.of(
                payload.replace("trrtme:1", sealed).replace("\"exp\":1", "\"exp\":2"),
                payload.replace("trrtme:1", sealed + "A"),
                payload.replace("trrtme:1", sealed.replace("trrtme", "trrtcc")),
                payload.replace("\"jti\":\"trrtme:1\"", "\"jti\": \"" + sealed + '"'),
                "{\"jti\":\"" + sealed + "\","
                        + payload.replace("trrtme:1", sealed).substring(1),
                "",
                "[]",
                "\".\"",
                "{\"jti\":\".\"}",
                "{\"jti\":\"x.%\"}")) {
            assertThat(TokenSeal.open(List.of(key), changed.getBytes(StandardCharsets.UTF_8)))
                    .as(changed)
                    .isEmpty();
        }
    }
}
