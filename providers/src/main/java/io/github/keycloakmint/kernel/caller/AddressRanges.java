package io.github.keycloakmint.kernel.caller;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A set of address ranges in CIDR notation, IPv4 and IPv6; a bare address is a range of one. IPv4-mapped IPv6 addresses
 * count as IPv4. Host names are refused: no look-up ever happens here.
 */
public final class AddressRanges {

    public static final AddressRanges NONE = new AddressRanges(List.of());

    private static final Pattern V4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-f:]*:[0-9a-f:.]*");

    private static final class Range {
        private final byte[] network;
        private final int bits;

        Range(byte[] network, int bits) {
            this.network = network;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit)) & 0xff;
                if (((address[bit / 8] ^ network[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Range> ranges;

    private AddressRanges(List<Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * The ranges that {@code members} name.
     *
     * @throws IllegalArgumentException for a member that is neither an address nor a range
     */
    public static AddressRanges of(Collection<String> members) {
        List<Range> ranges = new ArrayList<>();
        for (String member : members) {
            ranges.add(range(member));
        }
        return new AddressRanges(List.copyOf(ranges));
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** False for anything that is not an address. */
    public boolean contains(String address) {
        return literal(address)
                .map(bytes -> ranges.stream().anyMatch(range -> range.contains(bytes)))
                .orElse(false);
    }

    private static Range range(String member) {
        int slash = member.indexOf('/');
        String address = slash < 0 ? member : member.substring(0, slash);
        byte[] network = literal(address).orElseThrow(() -> new IllegalArgumentException("not an address"));
        int most = network.length * 8;
        int bits = slash < 0 ? most : bits(member.substring(slash + 1));
        if (slash >= 0 && network.length == 4 && address.contains(":")) {
            bits -= 96; // ::ffff:10.0.0.0/104 is 10.0.0.0/8
        }
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("not a prefix length");
        }
        return new Range(network, bits);
    }

    private static int bits(String text) {
        if (!text.matches("0|[1-9]\\d{0,2}")) {
            throw new IllegalArgumentException("not a prefix length");
        }
        return Integer.parseInt(text);
    }

    /** The bytes of an address literal; a zone id ({@code %eth0}) is no part of an address here. */
    static Optional<byte[]> literal(String address) {
        String text = address.trim().toLowerCase(Locale.ROOT);
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            // both patterns are literals, so this never asks a name server; it folds IPv4-mapped addresses to IPv4
            return Optional.of(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** One spelling per address, or empty when it is none. */
    static Optional<String> canonical(String address) {
        return literal(address).map(bytes -> {
            try {
                return InetAddress.getByAddress(bytes).getHostAddress();
            } catch (UnknownHostException e) {
                throw new IllegalStateException("4 or 16 bytes are an address", e);
            }
        });
    }
}
