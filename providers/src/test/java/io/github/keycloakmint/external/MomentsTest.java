package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {

    @ParameterizedTest
    @CsvSource({
        "1995-01-01, 1995-01-01T00:00:00.000Z",
        "1995-01-01T10:20:30Z, 1995-01-01T10:20:30.000Z",
        "1995-01-01T10:20:30.123456Z, 1995-01-01T10:20:30.123Z",
        "1995-01-01T00:30:00+01:00, 1994-12-31T23:30:00.000Z",
        "1995-01-01T10:20:30, 1995-01-01T10:20:30.000Z",
        "1995-01-01T10:20, 1995-01-01T10:20:00.000Z"
    })
    void brings_iso_dates_to_one_spelling(String given, String written) {
        assertThat(Moments.parse(given).map(Moments::text)).hasValue(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1995",
                "01.01.1995",
                "1995-1-1",
                "1995-02-29",
                "1995-01-01T25:00:00Z",
                "1995-01-01 10:20:30",
                "+10000-01-01",
                "0000-01-01",
                "-0001-01-01",
                "0001-01-01T00:00:00+18:00",
                "1995-01-01T10:20:30Z[Europe/Berlin] and more"
            })
    void takes_nothing_else(String given) {
        assertThat(Moments.parse(given)).isEmpty();
    }

    @Test
    void writes_milliseconds_of_the_epoch() {
        assertThat(Moments.text(0)).isEqualTo("1970-01-01T00:00:00.000Z");
    }
}
