package io.github.keycloakmint.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.http.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @Test
    void drops_blanks_and_case() {
        assertThat(EmailAddress.of("  Jane@Example.COM ")).isEqualTo("jane@example.com");
    }

    @Test
    void composes_what_is_decomposed() {
        assertThat(EmailAddress.of("jose\u0301@example.com")).isEqualTo("jos\u00e9@example.com");
    }

    @Test
    void keeps_letters_of_other_scripts_as_they_are() {
        // Cyrillic a: another address than the Latin one, and looked up as such
        assertThat(EmailAddress.of("j\u0430ne@example.com")).isEqualTo("j\u0430ne@example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mi\u212Ae@example.com", // Kelvin sign becomes k
                "\uFF4Aane@example.com", // fullwidth j
                "jane\uFF20example.com", // fullwidth at sign
                "\u0130ris@example.com", // dotted capital I becomes i and a dot
                "o\uFB03ce@example.com", // ligature ffi
                "jane@example\u2024com", // one dot leader
            })
    void refuses_a_character_that_turns_into_ascii(String email) {
        assertThatThrownBy(() -> EmailAddress.of(email)).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "jane",
                "@example.com",
                "jane@",
                "jane@@example.com",
                "jane @example.com",
                "jane@example.com\r\n",
                "jane\r\nBcc: x@example.com",
                "jane\t@example.com",
                "jane\u0000@example.com",
                "jane\u2028@example.com",
                "jane\u200b@example.com",
                "jane@example.com\u202e",
                "\ud800jane@example.com"
            })
    void refuses_what_is_no_address(String email) {
        assertThatThrownBy(() -> EmailAddress.of(email)).isInstanceOf(Refusal.class);
    }

    @Test
    void refuses_one_character_too_many() {
        String fits = "j".repeat(64) + "@" + "e".repeat(EmailAddress.LONGEST - 65);
        assertThat(EmailAddress.of(fits)).isEqualTo(fits);
        assertThatThrownBy(() -> EmailAddress.of(fits + "e")).isInstanceOf(Refusal.class);
    }

    @Test
    void leaves_the_refusal_to_whoever_asks_for_none() {
        assertThat(EmailAddress.parse(" Jane@Example.com ")).hasValue("jane@example.com");
        assertThat(EmailAddress.parse("jane")).isEmpty();
    }
}
