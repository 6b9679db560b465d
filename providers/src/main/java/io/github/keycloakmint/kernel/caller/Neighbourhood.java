package io.github.keycloakmint.kernel.caller;

import java.util.HexFormat;

/**
 * An address as limits count it. Whoever has one IPv6 address has the 2^64 of its network (RFC 6177 section 2, RFC 4291
 * section 2.5.4), so a /64 is one caller; an IPv4 address, mapped into IPv6 or not, stands for itself.
 */
public final class Neighbourhood {

    private static final int PREFIX_BYTES = 8;

    private Neighbourhood() {}

    /** What is no address counts as it is: all whose address is unknown are one caller. */
    public static String of(String address) {
        return AddressRanges.literal(address)
                .filter(bytes -> bytes.length > 4)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, PREFIX_BYTES) + "/64")
                .orElse(address);
    }
}
