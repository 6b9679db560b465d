package io.github.keycloakmint.kernel.caller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** T9: one resolver, and it believes only trusted proxies. */
class CallerAddressTest {

    private final CallerAddress addresses =
            new CallerAddress(AddressRanges.of(List.of("10.0.0.0/8")), ProxyHeader.X_FORWARDED_FOR);

    @Test
    void an_untrusted_peer_is_the_caller_whatever_it_forwards() {
        assertThat(addresses.of(Optional.of("203.0.113.5"), List.of("198.51.100.1")))
                .isEqualTo("203.0.113.5");
    }

    @Test
    void behind_a_trusted_proxy_the_rightmost_untrusted_hop_is_the_caller() {
        assertThat(addresses.of(Optional.of("10.0.0.1"), List.of("1.1.1.1, 198.51.100.7, 10.0.0.2")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void several_header_lines_are_one_list() {
        assertThat(addresses.of(Optional.of("10.0.0.1"), List.of("1.1.1.1", "198.51.100.7")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void a_hop_that_can_not_be_read_is_nobodys_address_and_not_the_proxys() {
        for (String hop : List.of(
                "evil",
                "unknown",
                "_hidden",
                "unix:",
                "",
                "fe80::1%eth0",
                "5.6.7.8%eth0",
                "[2001:db8::1",
                "[2001:db8::1]x",
                "1.2.3.4:x",
                "1.2.3.4:999999",
                "1.2.3.4:",
                "unknown, 10.0.0.2")) {
            String address = addresses.of(Optional.of("10.0.0.1"), List.of("198.51.100.7, " + hop));
            assertThat(address).as(hop).isEqualTo(CallerAddress.UNKNOWN);
            assertThat(AddressRanges.of(List.of("0.0.0.0/0", "::/0")).contains(address))
                    .as(hop)
                    .isFalse();
        }
    }

    @Test
    void ports_and_brackets_are_dropped() {
        assertThat(addresses.of(Optional.of("10.0.0.1"), List.of("198.51.100.7:4711")))
                .isEqualTo("198.51.100.7");
        assertThat(addresses.of(Optional.of("10.0.0.1"), List.of("[2001:db8::1]:4711")))
                .isEqualTo("2001:db8:0:0:0:0:0:1");
    }

    @Test
    void mapped_addresses_count_as_ipv4() {
        assertThat(addresses.of(Optional.of("::ffff:10.0.0.1"), List.of("::ffff:198.51.100.7")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void without_a_peer_nothing_is_believed() {
        assertThat(addresses.of(Optional.empty(), List.of("198.51.100.7"))).isEqualTo("unknown");
    }

    @Test
    void an_endless_list_is_read_for_a_while_only() {
        String hops = "198.51.100.7" + ", 10.0.0.2".repeat(10_000);
        assertThat(addresses.of(Optional.of("10.0.0.1"), List.of(hops))).isEqualTo("10.0.0.2");
    }
}
