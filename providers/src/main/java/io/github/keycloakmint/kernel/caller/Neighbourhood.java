package io.github.keycloakmint.kernel.caller;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An address as limits count it. Whoever has one IPv6 address has the 2^64 of its network (RFC 6177 section 2, RFC 4291
 * section 2.5.4), so a /64 is one caller; an IPv4 address stands for itself, mapped into IPv6, translated into it (RFC 6052
 * section 2.1) or embedded in it (RFC 4291 section 2.5.5.1): behind a NAT64 all of IPv4 is in one /64.
 */
public final class Neighbourhood {

    private static final int PREFIX_BYTES = 8;
    private static final int V4_BYTES = 4;
    private static final int V4_BEGINS = 12;
    private static final byte[] TRANSLATED = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] COMPATIBLE = new byte[V4_BEGINS];

    private Neighbourhood() {}

    /** What is no address counts as it is: all whose address is unknown are one caller. */
    public static String of(String address) {
        return AddressRanges.literal(address)
                .filter(bytes -> bytes.length > V4_BYTES)
                .map(bytes -> holdsV4(bytes) ? v4(bytes) : HexFormat.of().formatHex(bytes, 0, PREFIX_BYTES) + "/64")
                .orElse(address);
    }

    private static boolean holdsV4(byte[] bytes) {
        byte[] network = Arrays.copyOf(bytes, V4_BEGINS);
        return Arrays.equals(network, TRANSLATED) || (Arrays.equals(network, COMPATIBLE) && !own(bytes));
    }

    /** {@code ::} and {@code ::1} are IPv6's own. */
    private static boolean own(byte[] bytes) {
        return bytes[12] == 0 && bytes[13] == 0 && bytes[14] == 0 && (bytes[15] == 0 || bytes[15] == 1);
    }

    private static String v4(byte[] bytes) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, V4_BEGINS, bytes.length))
                    .getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are an address", e);
        }
    }
}
