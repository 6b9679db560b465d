package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKeys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.keycloak.common.util.SecretGenerator;

/**
 * How a key is written: {@code km_<env>_<id>_<secret><crc>}. The id finds it and is no secret; the secret is 32 random bytes;
 * the checksum is there so that what was mistyped, cut or made up by a scanner costs no look-up (contract section 9). All of
 * them in letters and digits, so that a double click takes the whole key and no shell or URL has to escape it.
 */
final class KeyForm {

    static final int ID = 16;

    private static final int SECRET_BYTES = 32;
    /** 62^43 is the first power above 2^256. */
    private static final int SECRET = 43;
    /** 62^6 is the first power above 2^32. */
    private static final int CHECKSUM = 6;

    private static final int VERSION = 16;

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());

    private static final Pattern ENV = Pattern.compile("[a-z0-9]{1,10}");
    private static final Pattern SHAPE = Pattern.compile(ApiKeys.PREFIX + "([a-z0-9]{1,10})_([0-9A-Za-z]{" + ID
            + "})_([0-9A-Za-z]{" + SECRET + "})([0-9A-Za-z]{" + CHECKSUM + "})");
    private static final Pattern ID_SHAPE = Pattern.compile("[0-9A-Za-z]{" + ID + "}");

    private final String env;

    /** @param env tells keys of one installation from another's; a key of another is no key here */
    KeyForm(String env) {
        if (!isEnv(env)) {
            throw new IllegalArgumentException("not an environment's name");
        }
        this.env = env;
    }

    /** A new key: {@code text} is shown once, {@code hash} is all that is kept of its secret. */
    record Made(String id, String text, String hash) {
        @Override
        public String toString() {
            return "Made[" + id + "]";
        }
    }

    /** A key as it was shown, with the hash of its secret. */
    record Read(String id, String hash) {}

    static boolean isEnv(String text) {
        return ENV.matcher(text).matches();
    }

    /** True for what can be a key's id. */
    static boolean isId(String text) {
        return ID_SHAPE.matcher(text).matches();
    }

    Made make() {
        return make(SecretGenerator.getInstance().randomString(ID, DIGITS.toCharArray()));
    }

    /** Another secret for the key {@code id}. */
    Made make(String id) {
        String secret = digits(new BigInteger(1, SecretGenerator.getInstance().randomBytes(SECRET_BYTES)), SECRET);
        String start = ApiKeys.PREFIX + env + '_' + id + '_' + secret;
        return new Made(id, start + checksum(start), hash(secret));
    }

    /** Empty for whatever is no key of this installation: other form, other environment, wrong checksum. */
    Optional<Read> read(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()
                || !matcher.group(1).equals(env)
                || !checksum(text.substring(0, matcher.start(4))).equals(matcher.group(4))) {
            return Optional.empty();
        }
        return Optional.of(new Read(matcher.group(2), hash(matcher.group(3))));
    }

    /**
     * SHA-256, and no slow hash: those make up for secrets that people choose, while this one is 256 random bits, which nobody
     * finds by trying, whatever a try costs.
     */
    private static String hash(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /**
     * What tokens say of the secret that they were made from, whose hash is {@code hash}: a hash of that, in part, so that who
     * has the token learns nothing that opens anything.
     */
    static String version(String hash) {
        return hash(hash).substring(0, VERSION);
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return digits(BigInteger.valueOf(crc.getValue()), CHECKSUM);
    }

    private static String digits(BigInteger number, int length) {
        char[] digits = new char[length];
        BigInteger rest = number;
        for (int at = length - 1; at >= 0; at--) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits[at] = DIGITS.charAt(parts[1].intValue());
            rest = parts[0];
        }
        return new String(digits);
    }
}
