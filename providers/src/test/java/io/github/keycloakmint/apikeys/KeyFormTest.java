package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFormTest {

    private final KeyForm form = new KeyForm("live");

    @Test
    void a_key_is_read_back_and_only_the_hash_of_its_secret_is_kept() {
        KeyForm.Made made = form.make();
        assertThat(made.text())
                .matches("km_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}")
                .contains("_" + made.id() + "_");
        assertThat(form.read(made.text())).contains(new KeyForm.Read(made.id(), made.hash()));
        assertThat(made.hash()).matches("[0-9a-f]{64}");
        assertThat(made.text()).doesNotContain(made.hash());
        assertThat(made.toString()).doesNotContain(made.text().substring(26));
    }

    @Test
    void one_character_changed_anywhere_is_no_key() {
        String key = form.make().text();
        for (int at = 0; at < key.length(); at++) {
            for (char other : "0aZ_.x".toCharArray()) {
                String changed = key.substring(0, at) + other + key.substring(at + 1);
                if (!changed.equals(key)) {
                    assertThat(form.read(changed)).as(changed).isEmpty();
                }
            }
        }
    }

    @Test
    void what_is_cut_longer_or_doubled_is_no_key() {
        String key = form.make().text();
        assertThat(form.read(key + "\n")).isEmpty();
        assertThat(form.read(" " + key)).isEmpty();
        assertThat(form.read(key + key)).isEmpty();
        assertThat(form.read(key.substring(1))).isEmpty();
        assertThat(form.read(key.substring(0, key.length() - 1))).isEmpty();
        assertThat(form.read(key.toLowerCase(java.util.Locale.ROOT))).isEmpty();
        assertThat(form.read("")).isEmpty();
        assertThat(form.read("km_live_" + "x".repeat(1_000_000))).isEmpty();
    }

    @Test
    void a_key_of_another_environment_is_none_here() {
        assertThat(form.read(new KeyForm("test").make().text())).isEmpty();
    }

    @Test
    void keys_differ_in_id_and_secret() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            KeyForm.Made made = form.make();
            assertThat(seen.add(made.id())).isTrue();
            assertThat(seen.add(made.hash())).isTrue();
        }
    }

    @Test
    void another_secret_for_the_same_id_is_another_key() {
        KeyForm.Made first = form.make();
        KeyForm.Made second = form.make(first.id());
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.hash()).isNotEqualTo(first.hash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Live", "a_b", "0123456789a", "ä", "a b"})
    void an_environment_is_up_to_ten_lower_case_letters_and_digits(String env) {
        assertThatThrownBy(() -> new KeyForm(env)).isInstanceOf(IllegalArgumentException.class);
    }
}
