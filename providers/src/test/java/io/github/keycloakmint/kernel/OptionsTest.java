package io.github.keycloakmint.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.Attributes.BadAttribute;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static Options options(Map<String, String> values) {
        return new Options("--spi-mint-capability--x--", values::get);
    }

    @Test
    void a_bad_value_names_the_option_and_keeps_the_value_to_itself() {
        assertThatThrownBy(() -> options(Map.of("active", "yes-secret")).flag("active", true))
                .hasMessageContaining("--spi-mint-capability--x--active")
                .hasMessageNotContaining("yes-secret");
    }

    @Test
    void lists_are_separated_by_commas() {
        assertThat(options(Map.of("realms", " a, b ,,c")).list("realms")).containsExactly("a", "b", "c");
        assertThat(options(Map.of()).list("realms")).isEmpty();
    }

    @Test
    void a_bad_attribute_names_owner_and_attribute() {
        Attributes attributes = new Attributes("client 'c'", Map.of("mint.flag", "1", "mint.number", "-1")::get);
        assertThatThrownBy(() -> attributes.flag("mint.flag"))
                .isInstanceOf(BadAttribute.class)
                .hasMessageContaining("client 'c'")
                .hasMessageContaining("mint.flag");
        assertThatThrownBy(() -> attributes.integer("mint.number", 1)).isInstanceOf(BadAttribute.class);
    }
}
