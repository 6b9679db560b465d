package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private static ObjectNode read(String body) {
        return Json.object(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"x\"",
                "{",
                "{\"a\":1}}",
                "{\"a\":1} {\"a\":2}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "/* c */{}",
                "{\"a\":1,}",
                "\uFEFF{}"
            })
    void refuses_everything_but_one_plain_object(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(Refusal.class);
    }

    @Test
    void refuses_deep_nesting_and_broken_utf8() {
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Json.object(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\udc00\\ud800\"}",
                "{\"a\":{\"b\":[1,\"x\\uD800x\"]}}",
                "{\"\\udfff\":1}"
            })
    void half_a_surrogate_pair_is_no_text(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(Refusal.class);
    }

    @Test
    void a_whole_pair_spelled_by_escapes_is_one_character() {
        assertThat(new Members(read("{\"a\":\"\\ud83d\\ude00\"}")).text("a")).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void a_duplicate_key_spelled_by_escape_is_a_duplicate() {
        assertThatThrownBy(() -> read("{\"a\":1,\"\\u0061\":2}")).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "1.5", "1.0", "1e3", "null", "[]", "{}", "true", "9223372036854775808"})
    void an_integer_is_an_integer(String value) {
        assertThatThrownBy(() -> new Members(read("{\"n\":" + value + "}")).integer("n"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void integers_and_texts_are_read() {
        Members members = new Members(read("{\"n\":9223372036854775807,\"t\":\"x\",\"unknown\":[1]}"));
        assertThat(members.integer("n")).isEqualTo(Long.MAX_VALUE);
        assertThat(members.text("t")).isEqualTo("x");
        assertThat(members.optionalText("absent")).isEmpty();
    }

    @Test
    void log_lines_hold_no_line_break_of_any_kind() {
        ObjectNode node = Json.empty().put("email", "a\r\nb\u2028c\u0085d");
        assertThat(Json.line(node)).matches("[\\x20-\\x7e]*");
    }
}
