package io.github.keycloakmint.kernel.caller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** T9 where proxies write RFC 7239's header: the same rules as for the other one. */
class ForwardedTest {

    private static final String PROXY = "10.0.0.1";

    private final CallerAddress addresses =
            new CallerAddress(AddressRanges.of(List.of("10.0.0.0/8")), ProxyHeader.FORWARDED);

    private String behindProxy(String... lines) {
        return addresses.of(Optional.of(PROXY), List.of(lines));
    }

    @Test
    void an_untrusted_peer_is_the_caller_whatever_it_forwards() {
        assertThat(addresses.of(Optional.of("203.0.113.5"), List.of("for=198.51.100.1")))
                .isEqualTo("203.0.113.5");
        assertThat(addresses.of(Optional.empty(), List.of("for=198.51.100.7"))).isEqualTo("unknown");
        assertThat(behindProxy()).isEqualTo(PROXY);
    }

    @Test
    void behind_a_trusted_proxy_the_rightmost_untrusted_hop_is_the_caller() {
        assertThat(behindProxy("for=1.1.1.1, for=198.51.100.7, for=10.0.0.2")).isEqualTo("198.51.100.7");
        assertThat(behindProxy("for=1.1.1.1;by=10.0.0.2,For=\"198.51.100.7\";proto=https;by=10.0.0.3"))
                .isEqualTo("198.51.100.7");
        assertThat(behindProxy("for=1.1.1.1", "for=198.51.100.7", "for=10.0.0.2"))
                .isEqualTo("198.51.100.7");
        assertThat(behindProxy("for=10.0.0.7, for=10.0.0.2")).isEqualTo("10.0.0.7");
    }

    @Test
    void every_spelling_of_the_standard_is_read() {
        Map<String, String> spellings = Map.ofEntries(
                Map.entry("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
                Map.entry("proto=http; by=203.0.113.43 ; FOR=192.0.2.60", "192.0.2.60"),
                Map.entry("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe:0:0:0:0:17"),
                Map.entry("for=\"[2001:DB8::1]\"", "2001:db8:0:0:0:0:0:1"),
                Map.entry("for=\"[2001:db8::1]:_port-1\"", "2001:db8:0:0:0:0:0:1"),
                Map.entry("for=\"192.0.2.60:4711\"", "192.0.2.60"),
                Map.entry("for=\"192.0.2.60:_gazonk\"", "192.0.2.60"),
                Map.entry("for=\"19\\2.0.2.60\"", "192.0.2.60"),
                Map.entry("for=\"[::ffff:192.0.2.60]\"", "192.0.2.60"),
                Map.entry(" for=192.0.2.60 ", "192.0.2.60"),
                Map.entry(";for=192.0.2.60;;", "192.0.2.60"),
                Map.entry("host=\"a,b;c=\\\"d\";for=192.0.2.60", "192.0.2.60"),
                Map.entry("for=192.0.2.60;host=\"x, for=203.0.113.9\"", "192.0.2.60"),
                Map.entry("for=192.0.2.60;host=\"x, for=203.0.113.9;y=\\\"z\"", "192.0.2.60"),
                Map.entry("for=192.0.2.60;host=\"x, for=203.0.113.9;y=\";proto=https", "192.0.2.60"));
        spellings.forEach(
                (line, address) -> assertThat(behindProxy(line)).as(line).isEqualTo(address));
    }

    @Test
    void what_a_caller_left_open_swallows_nothing_of_the_proxys() {
        for (String sent : List.of(
                "for=\"",
                "for=\"a",
                "for=\"a\\",
                "for=203.0.113.9;host=\"",
                "for",
                "=",
                "\"",
                ",",
                "for=203.0.113.9;for=\"",
                "for=203.0.113.9;by=",
                "\\")) {
            assertThat(behindProxy(sent + ", for=198.51.100.7")).as(sent).isEqualTo("198.51.100.7");
            assertThat(behindProxy(sent + ", for=\"[2001:db8::7]:80\";by=\"[2001:db8::8]\""))
                    .as(sent)
                    .isEqualTo("2001:db8:0:0:0:0:0:7");
            assertThat(behindProxy(sent, "for=198.51.100.7")).as(sent).isEqualTo("198.51.100.7");
            assertThat(behindProxy("for=203.0.113.9," + sent + ", for=10.0.0.2"))
                    .as(sent)
                    .isEqualTo(CallerAddress.UNKNOWN);
        }
    }

    @Test
    void a_hop_that_can_not_be_read_is_nobodys_address_and_not_the_proxys() {
        for (String hop : List.of(
                "for=unknown",
                "for=_hidden",
                "for=\"_SEVKISEK:80\"",
                "for=\"\"",
                "for=",
                "for",
                "",
                "proto=https",
                "198.51.100.9",
                "for=evil",
                "for=2001:db8::1",
                "for=\"2001:db8::1\"",
                "for=[2001:db8::1]",
                "for=\"[fe80::1%eth0]\"",
                "for=\"[2001:db8::1\"",
                "for=\"[2001:db8::1]x\"",
                "for=\"[2001:db8::1]:\"",
                "for=\"1.2.3.4:x\"",
                "for=\"1.2.3.4:999999\"",
                "for=1.2.3.4:80",
                "for=1.2.3.4;for=1.2.3.4",
                "for=1.2.3.4;FOR=10.0.0.2",
                "for = 1.2.3.4",
                "for=1.2.3.4 by=x",
                "for=\"1.2.3.4\"x",
                "for='1.2.3.4'",
                "for*=1.2.3.4",
                "for=\"unix:\"",
                "for=1.2.3.4;x=\"" + "y".repeat(1_000) + "\"",
                "for=unknown, for=10.0.0.2")) {
            String address = behindProxy("for=198.51.100.7, " + hop);
            assertThat(address).as(hop).isEqualTo(CallerAddress.UNKNOWN);
            assertThat(behindProxy("for=198.51.100.7", hop)).as(hop).isEqualTo(CallerAddress.UNKNOWN);
        }
    }

    @Test
    void an_endless_list_is_read_for_a_while_only() {
        assertThat(behindProxy("for=198.51.100.7" + ", for=10.0.0.2".repeat(10_000)))
                .isEqualTo("10.0.0.2");
        assertThat(behindProxy("for=198.51.100.7" + ",".repeat(10_000) + "\", for=10.0.0.2"))
                .isEqualTo(CallerAddress.UNKNOWN);
        assertThat(behindProxy("for=198.51.100.7;x=\"" + "\\,".repeat(400) + "\""))
                .as("more commas in quotes than are looked at")
                .isEqualTo(CallerAddress.UNKNOWN);
        assertThat(behindProxy("for=198.51.100.7;x=\"" + "\\a".repeat(400) + "\""))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void the_other_header_is_another_header() {
        assertThat(ProxyHeader.FORWARDED.field()).isEqualTo("Forwarded");
        assertThat(ProxyHeader.X_FORWARDED_FOR.field()).isEqualTo("X-Forwarded-For");
    }
}
