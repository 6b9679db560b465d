package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "application/json | true",
                "Application/JSON; charset=UTF-8 | true",
                "application/json;charset=\"utf-8\" | true",
                "application/json;charset=\"utf-8 | false",
                "application/json;charset=utf-8\" | false",
                "application/json;charset=latin1 | false",
            })
    void json_is_in_utf_8(String type, boolean json) {
        assertThat(Exchange.isJson(type)).isEqualTo(json);
    }
}
