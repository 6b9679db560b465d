package io.github.keycloakmint.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PersonNameTest {

    @Test
    void splits_at_the_last_blank() {
        assertThat(PersonName.split("Jane van Doe"))
                .isEqualTo(new PersonName(Optional.of("Jane van Doe"), Optional.of("Jane van"), Optional.of("Doe")));
    }

    @Test
    void takes_one_word_for_the_first_name() {
        assertThat(PersonName.split("Jane"))
                .isEqualTo(new PersonName(Optional.of("Jane"), Optional.of("Jane"), Optional.empty()));
    }

    @Test
    void keeps_the_name_as_it_was_given() {
        assertThat(PersonName.split(" Jane  Doe "))
                .isEqualTo(new PersonName(Optional.of(" Jane  Doe "), Optional.of("Jane"), Optional.of("Doe")));
    }

    @Test
    void takes_blanks_for_no_name() {
        assertThat(PersonName.split("  ")).isEqualTo(PersonName.NONE);
    }
}
