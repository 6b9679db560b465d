package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccountRolesTest {

    private static final AccountRoles SHIPPED = AccountRoles.of(Optional.empty());

    @Test
    void the_order_is_the_realms_or_the_shipped_one() {
        assertThat(SHIPPED.inOrder()).containsExactly("owner", "admin", "member");
        assertThat(AccountRoles.of(Optional.of(" , ,")).inOrder()).isEqualTo(SHIPPED.inOrder());
        assertThat(AccountRoles.of(Optional.of("owner, clerk,owner ,")).inOrder())
                .containsExactly("owner", "clerk");
    }

    @Test
    void the_highest_group_is_the_role_and_the_lowest_the_one_for_newcomers() {
        assertThat(SHIPPED.highest(List.of("member", "zebra", "admin"))).contains("admin");
        assertThat(SHIPPED.highest(List.of("zebra", "Owner"))).contains("Owner");
        assertThat(SHIPPED.highest(List.of())).isEmpty();
        assertThat(SHIPPED.lowest(List.of("owner", "zebra", "admin"))).contains("admin");
        assertThat(SHIPPED.lowest(List.of("zebra"))).isEmpty();
    }

    @Test
    void owners_rule_everybody_admins_everybody_but_owners_and_others_nobody() {
        Optional<String> owner = Optional.of("owner");
        Optional<String> admin = Optional.of("admin");
        Optional<String> member = Optional.of("member");
        assertThat(AccountRoles.rules(owner, owner)).isTrue();
        assertThat(AccountRoles.rules(owner, Optional.empty())).isTrue();
        assertThat(AccountRoles.rules(admin, admin)).isTrue();
        assertThat(AccountRoles.rules(admin, Optional.empty())).isTrue();
        assertThat(AccountRoles.rules(admin, owner)).isFalse();
        for (Optional<String> other : List.of(member, Optional.<String>empty(), Optional.of("Owner"))) {
            assertThat(AccountRoles.rules(other, member)).isFalse();
            assertThat(AccountRoles.rules(other, Optional.empty())).isFalse();
        }
    }
}
