package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.Permission;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemandTest {

    private static Demand demand(List<String> all, List<String> any) {
        return new Demand(all, any, Optional.empty(), Optional.empty());
    }

    @Test
    void all_means_every_one_and_any_means_one() {
        List<String> held = List.of("a:read", "b:read");
        assertThat(Demand.NOTHING.metBy(List.of())).isTrue();
        assertThat(demand(List.of("a:read", "b:read"), List.of()).metBy(held)).isTrue();
        assertThat(demand(List.of("a:read", "c:read"), List.of()).metBy(held)).isFalse();
        assertThat(demand(List.of(), List.of("c:read", "b:read")).metBy(held)).isTrue();
        assertThat(demand(List.of(), List.of("c:read")).metBy(held)).isFalse();
        assertThat(demand(List.of("a:read"), List.of("c:read")).metBy(held)).isFalse();
        assertThat(demand(List.of("a"), List.of()).metBy(held)).isFalse();
        assertThat(demand(List.of("A:READ"), List.of()).metBy(held)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "campaigns:read", "a.b_c-d:E9"})
    void such_names_are_permissions(String name) {
        assertThat(Permission.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "a:*", "a:b:c", ":", "a:", ":a", "a b", "a,b", "a;b", "é", "a\n", "a\u2028", "a\"b"})
    void such_names_are_none(String name) {
        assertThat(Permission.isName(name)).isFalse();
    }

    @Test
    void permissions_that_no_header_can_carry_are_nobodys() {
        Rights rights =
                new Rights(Optional.empty(), Optional.empty(), List.of("b:read", "a,admin", "a b", "ä", "a:read"));
        assertThat(rights.permissions()).containsExactly("a:read", "b:read");
    }
}
