package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityHeadersTest {

    @ParameterizedTest
    @ValueSource(strings = {"jane@example.com", "owner", "f:1:jane", "o'neil+x@example.com", "a.b-c_d=="})
    void plain_values_fit(String value) {
        assertThat(IdentityHeaders.fits(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "a,b",
                "a;b",
                "\"a\"",
                "a\\b",
                "a\r\nX-Auth-Role: owner",
                "a\nb",
                "a\tb",
                "a\u0000",
                "a\u007f",
                "jäne@example.com",
                "a\u2028b",
                "\uD83D\uDE00"
            })
    void values_that_could_be_read_as_two_or_differently_do_not(String value) {
        assertThat(IdentityHeaders.fits(value)).isFalse();
    }
}
