package io.github.keycloakmint.testbed;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Secrets and names that no earlier run has used. */
public final class Random {

    private static final SecureRandom SOURCE = new SecureRandom();

    private Random() {}

    /** 40 hexadecimal characters, remembered for the sweep. */
    public static String secret() {
        return Secrets.remember(hex(20));
    }

    /** Ten lower case characters that fit into any name. */
    public static String name() {
        return hex(5);
    }

    /** A number that fits a platform id. */
    static int number() {
        return 100_000 + SOURCE.nextInt(1_000_000_000);
    }

    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        SOURCE.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
