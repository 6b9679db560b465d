package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.UrlBase64;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompactJwsTest {

    private static final String HEADER = HandmadeJwt.segment("{\"alg\":\"RS256\"}");
    private static final String PAYLOAD = HandmadeJwt.segment("{\"sub\":\"u\"}");
    private static final String SIGNATURE = "AQID";

    @Test
    void reads_three_segments() {
        CompactJws jws = CompactJws.parse(HEADER + "." + PAYLOAD + "." + SIGNATURE);

        assertThat(jws.header().get("alg").textValue()).isEqualTo("RS256");
        assertThat(jws.payload().get("sub").textValue()).isEqualTo("u");
        assertThat(jws.signed()).isEqualTo((HEADER + "." + PAYLOAD).getBytes(StandardCharsets.US_ASCII));
        assertThat(jws.signature()).containsExactly(1, 2, 3);
    }

    @Test
    void repeats_nothing_of_a_token_in_a_log() {
        assertThat(CompactJws.parse(HEADER + "." + PAYLOAD + "." + SIGNATURE)).hasToString("CompactJws[]");
    }

    static Stream<String> other_counts() {
        return Stream.of(
                "",
                ".",
                "..",
                "...",
                HEADER,
                HEADER + "." + PAYLOAD,
                HEADER + "." + PAYLOAD + ".",
                "." + PAYLOAD + "." + SIGNATURE,
                HEADER + ".." + SIGNATURE,
                HEADER + "." + PAYLOAD + "." + SIGNATURE + ".",
                HEADER + "." + PAYLOAD + "." + SIGNATURE + "." + SIGNATURE,
                HEADER + "." + SIGNATURE + "." + SIGNATURE + "." + PAYLOAD + "." + SIGNATURE);
    }

    @ParameterizedTest
    @MethodSource("other_counts")
    void refuses_other_counts_of_segments(String jwt) {
        refused(jwt);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AQID=",
                "AQ==",
                "AQ=",
                " AQID",
                "AQID\n",
                "AQ\tID",
                "A",
                "AR",
                "AQF",
                "A+ID",
                "A/ID",
                "ÄQID",
                "AQID\u0000"
            })
    void refuses_what_is_not_the_one_spelling_of_base64url(String segment) {
        refused(HEADER + "." + PAYLOAD + "." + segment);
    }

    @Test
    void refuses_stray_bits_in_header_and_payload() {
        // the last character before the dot carries bits that belong to no byte
        String json = HandmadeJwt.segment("{\"a\":1}");
        String stray = json.substring(0, json.length() - 1) + (char) (json.charAt(json.length() - 1) + 1);
        refused(stray + "." + PAYLOAD + "." + SIGNATURE);
        refused(HEADER + "." + stray + "." + SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"text\"",
                "[]",
                "[{\"a\":1}]",
                "{",
                "{\"a\":1",
                "{\"a\":1}}",
                "{\"a\":1} {}",
                "{\"a\":1}x",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"a\":{\"b\":{\"c\":1,\"c\":2}}}",
                "{\"a\":[{\"b\":1,\"b\":2}]}",
                "{\"a\":\"\\ud800\"}",
                "{\"\\udc00\":1}",
                "\ufeff{\"a\":1}",
                "/* */{\"a\":1}"
            })
    void refuses_what_is_not_one_strict_object(String json) {
        refused(HandmadeJwt.segment(json) + "." + PAYLOAD + "." + SIGNATURE);
        refused(HEADER + "." + HandmadeJwt.segment(json) + "." + SIGNATURE);
    }

    @Test
    void refuses_broken_utf_8() {
        byte[] broken = {'{', '"', 'a', '"', ':', '"', (byte) 0xc3, '"', '}'};
        refused(HEADER + "." + UrlBase64.encode(broken) + "." + SIGNATURE);
        byte[] overlong = {'{', '"', 'a', '"', ':', '"', (byte) 0xc0, (byte) 0xaf, '"', '}'};
        refused(HEADER + "." + UrlBase64.encode(overlong) + "." + SIGNATURE);
    }

    @Test
    void refuses_deep_nesting() {
        String deep = "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
        refused(HEADER + "." + HandmadeJwt.segment(deep) + "." + SIGNATURE);
    }

    @Test
    void refuses_more_than_64_kib() {
        String wide = "{\"a\":\"" + "x".repeat(48_000) + "\"}";
        int room = 65_536 - HEADER.length() - 1 - HandmadeJwt.segment(wide).length() - 1;
        String fits = HEADER + "." + HandmadeJwt.segment(wide) + "." + "AAAA".repeat(room / 4);
        assertThat(CompactJws.parse(fits).payload().has("a")).isTrue();
        refused(fits + "AAAA");
    }

    private static void refused(String jwt) {
        assertThatThrownBy(() -> CompactJws.parse(jwt))
                .isInstanceOfSatisfying(Rejection.class, rejection -> assertThat(rejection.check())
                        .isEqualTo(Check.FORM));
    }
}
