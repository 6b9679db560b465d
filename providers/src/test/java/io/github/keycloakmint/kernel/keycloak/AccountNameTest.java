package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountNameTest {

    @ParameterizedTest
    @CsvSource({
        "Acme Inc., acme-inc",
        "'  ACME   &  Söhne GmbH ', acme-sohne-gmbh",
        "Ünïcödé, unicode",
        "株式会社, account",
        "'...', account",
        "--a--, a",
        "ﬁne Ⅷ, fine-viii",
        "organization:*, organization",
        "../../etc, etc",
        "123e4567-e89b-12d3-a456-426614174000, account",
        "123E4567-E89B-12D3-A456-426614174000, account"
    })
    void a_slug_is_ascii_letters_digits_and_hyphens(String name, String slug) {
        assertThat(AccountName.slug(name)).isEqualTo(slug);
    }

    @Test
    void a_slug_has_an_end_and_none_in_a_hyphen() {
        assertThat(AccountName.slug("x".repeat(255))).hasSize(48);
        assertThat(AccountName.slug("x".repeat(47) + " y")).isEqualTo("x".repeat(47));
    }

    @Test
    void blanks_around_a_name_are_dropped_and_it_is_composed() {
        assertThat(AccountName.parse("\u3000 Acme\t")).contains("Acme");
        assertThat(AccountName.parse("e\u0301")).contains("\u00e9");
        assertThat(AccountName.parse("x".repeat(255))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\u00a0",
                "\u3000",
                "\u0301",
                "a\nb",
                "a\u0000b",
                "a\u2028b",
                "a\u202eb",
                "a\u200bb",
                "a\ue000b",
                "a\ud800b",
                "\u0007"
            })
    void a_name_that_nobody_can_read_is_none(String name) {
        assertThat(AccountName.parse(name)).isEmpty();
    }

    @Test
    void a_name_that_is_too_long_is_none() {
        assertThat(AccountName.parse("x".repeat(256))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"call +1 555 0100", "12345", "1.2-3 4(5)", "Room 1 2 3 4 5"})
    void a_name_with_a_number_to_call_is_in_no_mail(String name) {
        assertThat(AccountName.fitForMail(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Team 2026", "Studio 54 and 99 Friends", "Agency 1984 Ltd."})
    void a_name_with_a_year_is(String name) {
        assertThat(AccountName.fitForMail(name)).isTrue();
    }
}
