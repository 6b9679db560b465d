package io.github.keycloakmint.kernel.limits;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 for keys of buckets, of which each call needs several. */
public final class Sha256 {

    private static final MessageDigest FIRST = made();

    private Sha256() {}

    /** One that nobody else uses. A copy costs less than asking Java's providers. */
    public static MessageDigest fresh() {
        try {
            return (MessageDigest) FIRST.clone();
        } catch (CloneNotSupportedException e) {
            return made();
        }
    }

    private static MessageDigest made() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
