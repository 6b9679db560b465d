package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.core.MultivaluedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {

    private static Query with(String... values) {
        MultivaluedHashMap<String, String> parameters = new MultivaluedHashMap<>();
        for (String value : values) {
            parameters.add("max", value);
        }
        return new Query(parameters);
    }

    @Test
    void a_number_within_its_bounds_is_taken() {
        assertThat(with().integer("max", 7, 0, 100)).isEqualTo(7);
        assertThat(with("0").integer("max", 7, 0, 100)).isZero();
        assertThat(with("100").integer("max", 7, 0, 100)).isEqualTo(100);
        assertThat(with("-5").integer("max", 7, -10, 100)).isEqualTo(-5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "+1",
                " 1",
                "1 ",
                "01",
                "00",
                "-0",
                "1.0",
                "1e1",
                "0x1",
                "101",
                "-1",
                "99999999999",
                "x",
                "\u0661",
                "\uff11"
            })
    void every_other_spelling_is_400(String value) {
        assertThatThrownBy(() -> with(value).integer("max", 7, 0, 100)).isInstanceOf(Refusal.class);
    }

    @Test
    void two_are_400() {
        assertThatThrownBy(() -> with("1", "1").integer("max", 7, 0, 100)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> with("a", "b").text("max")).isInstanceOf(Refusal.class);
    }

    @Test
    void an_empty_text_is_none() {
        assertThat(with("").text("max")).isEmpty();
    }
}
