package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeySettingsTest {

    @Test
    void what_one_has_disabled_no_weaker_one_enables() {
        assertThat(Say.OWNER.outweighs(null)).isTrue();
        assertThat(Say.OWNER.outweighs("owner")).isTrue();
        assertThat(Say.OWNER.outweighs("account")).isFalse();
        assertThat(Say.ACCOUNT.outweighs("owner")).isTrue();
        assertThat(Say.ACCOUNT.outweighs("admin")).isFalse();
        assertThat(Say.ADMIN.outweighs("admin")).isTrue();
        assertThat(Say.OWNER.disabling("admin")).isEqualTo("admin");
        assertThat(Say.ADMIN.disabling("owner")).isEqualTo("admin");
        assertThat(Say.OWNER.disabling(null)).isEqualTo("owner");
    }

    @Test
    void a_realm_without_a_maximum_lets_keys_live_for_ever() {
        KeyRules rules = new KeyRules(Optional.empty(), 100);
        assertThat(rules.end(Optional.empty(), 1_000)).isEmpty();
        assertThat(rules.end(Optional.of(9_999_999L), 1_000)).contains(9_999_999L);
    }

    @Test
    void with_a_maximum_a_key_has_an_end_and_none_beyond_it() {
        KeyRules rules = new KeyRules(Optional.of(60L), 100);
        assertThat(rules.end(Optional.empty(), 1_000)).contains(1_060L);
        assertThat(rules.end(Optional.of(1_060L), 1_000)).contains(1_060L);
        assertThatThrownBy(() -> rules.end(Optional.of(1_061L), 1_000)).hasMessageContaining("life_too_long");
    }
}
