package io.github.keycloakmint.kernel.caller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NeighbourhoodTest {

    @Test
    void a_64_is_one_caller_however_its_addresses_are_written() {
        String one = Neighbourhood.of("2001:db8:1:2::1");
        assertThat(Neighbourhood.of("2001:0db8:0001:0002:ffff:ffff:ffff:ffff")).isEqualTo(one);
        assertThat(Neighbourhood.of("2001:DB8:1:2:3::")).isEqualTo(one);
        assertThat(Neighbourhood.of("2001:db8:1:3::1")).isNotEqualTo(one);
    }

    @Test
    void an_ipv4_address_is_itself_and_a_mapped_one_is_resolved_before() {
        assertThat(Neighbourhood.of("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Neighbourhood.of(AddressRanges.canonical("::ffff:192.0.2.1").orElseThrow()))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void behind_a_nat64_each_ipv4_address_is_itself() {
        assertThat(Neighbourhood.of("64:ff9b::192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Neighbourhood.of("64:FF9B:0:0:0:0:c000:201")).isEqualTo("192.0.2.1");
        assertThat(Neighbourhood.of("::192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Neighbourhood.of("64:ff9b::0.0.0.1")).isEqualTo("0.0.0.1");
    }

    @Test
    void what_only_looks_like_it_is_a_64() {
        for (String other :
                new String[] {"64:ff9b:1::192.0.2.1", "64:ff9b::1:192.0.2.1", "::1:192.0.2.1", "::1", "::"}) {
            assertThat(Neighbourhood.of(other)).as(other).endsWith("/64");
        }
    }

    @Test
    void what_is_no_address_is_one_caller() {
        assertThat(Neighbourhood.of("unknown")).isEqualTo("unknown");
    }
}
