package io.github.keycloakmint.kernel.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.0/23, 10.1.3.255, true",
        "10.1.2.0/23, 10.1.4.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:1::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "::ffff:10.0.0.0/104, 10.1.1.1, true",
        "10.0.0.0/8, localhost, false",
        "10.0.0.0/8, 10.0.0.1%eth0, false",
        "::/0, fe80::1%eth0, false",
        "10.0.0.0/8, 10.0.0, false",
        "10.0.0.0/8, '', false",
    })
    void contains(String range, String address, boolean inside) {
        assertThat(AddressRanges.of(List.of(range)).contains(address)).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "10.0.0.0/33",
                "10.0.0.0/08",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "::/129",
                "10.0.0.300"
            })
    void refuses_what_is_no_range(String member) {
        assertThatThrownBy(() -> AddressRanges.of(List.of(member))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_empty_set_contains_nothing() {
        assertThat(AddressRanges.NONE.contains("127.0.0.1")).isFalse();
    }
}
