package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySettingsTest {

    @Test
    void each_takes_back_his_own_disabling_and_no_other() {
        assertThat(Say.OWNER.disabling(null)).isEqualTo("owner");
        assertThat(Say.ADMIN.disabling("owner")).isEqualTo("owner admin");
        assertThat(Say.OWNER.disabling("owner account")).isEqualTo("owner account");
        assertThat(Say.OWNER.enabling(null)).contains(new Say.Column(null));
        assertThat(Say.OWNER.enabling("owner")).contains(new Say.Column(null));
        assertThat(Say.ADMIN.enabling("owner admin")).contains(new Say.Column("owner"));
        assertThat(Say.ADMIN.enabling("owner")).isEmpty();
        assertThat(Say.ACCOUNT.enabling("owner")).isEmpty();
        assertThat(Say.OWNER.enabling("account admin")).isEmpty();
        assertThat(Say.words("owner admin")).containsExactly("owner", "admin");
    }

    @Test
    void a_maximum_reaches_keys_that_are_there() {
        KeyRules none = new KeyRules(Optional.empty(), 100);
        KeyRules minute = new KeyRules(Optional.of(60L), 100);
        assertThat(none.endNow(Optional.empty(), 1_000)).isEmpty();
        assertThat(none.endNow(Optional.of(9_999L), 1_000)).contains(9_999L);
        assertThat(minute.endNow(Optional.empty(), 1_000)).contains(1_060L);
        assertThat(minute.endNow(Optional.of(9_999L), 1_000)).contains(1_060L);
        assertThat(minute.endNow(Optional.of(1_001L), 1_000)).contains(1_001L);
    }

    @Test
    void a_column_of_permissions_is_read_as_it_was_written() {
        Set<Permission> permissions = Set.of(new Permission("a/b c", "x:y"), new Permission("d", "x:y"));
        assertThat(Key.permissions(Key.column(permissions))).isEqualTo(permissions);
        assertThat(Key.column(Set.of())).isNull();
        assertThat(Key.permissions(null)).isEmpty();
        assertThat(Permission.names(permissions)).containsExactly("x:y");
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
