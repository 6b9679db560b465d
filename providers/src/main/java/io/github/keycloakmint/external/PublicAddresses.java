package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.caller.AddressRanges;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Tells the internet from what an identity server can reach besides it: the machine itself, its network, a cloud's metadata
 * service. Keys are fetched from the former only (T24).
 */
final class PublicAddresses {

    /** RFC 6890's registry and what came after it; the last is the address of Azure's own platform service. */
    private static final AddressRanges CLOSED_V4 = AddressRanges.of(List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32"));

    /** All there is of global unicast: loopback, link-local, unique local, multicast and the rest lie outside. */
    private static final AddressRanges GLOBAL_V6 = AddressRanges.of(List.of("2000::/3"));

    /** Inside of it: protocol assignments with Teredo and ORCHID, documentation, and 6to4, which wraps an IPv4 address. */
    private static final AddressRanges CLOSED_V6 =
            AddressRanges.of(List.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"));

    /** An IPv4 address as a network without IPv4 writes it (RFC 6052). */
    private static final AddressRanges TRANSLATED = AddressRanges.of(List.of("64:ff9b::/96"));

    private PublicAddresses() {}

    /** True for an address on the internet. */
    static boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    private static boolean contains(byte[] bytes) {
        try {
            // made anew from its bytes: without a scope (fe80::1%eth0), and IPv4 where it was an IPv4-mapped one
            InetAddress plain = InetAddress.getByAddress(bytes);
            byte[] folded = plain.getAddress();
            String text = plain.getHostAddress();
            if (folded.length == 4) {
                return !CLOSED_V4.contains(text);
            }
            if (TRANSLATED.contains(text)) {
                return contains(Arrays.copyOfRange(folded, 12, 16));
            }
            return GLOBAL_V6.contains(text) && !CLOSED_V6.contains(text);
        } catch (UnknownHostException e) {
            return false; // neither 4 nor 16 bytes
        }
    }
}
