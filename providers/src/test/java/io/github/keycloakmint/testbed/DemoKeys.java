package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Signing keys that a realm file wants by variables: {@code X_PUBLIC_KEY} goes into the realm, {@code X_PRIVATE_KEY} is its
 * other half. Made anew in each run; one pair a name, since making them takes time and they guard nothing.
 */
public final class DemoKeys {

    private static final String PUBLIC = "_PUBLIC_KEY";
    private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();

    private DemoKeys() {}

    /** The value of a realm file's variable: a public key as bare base64, else a secret. */
    static String value(String variable) {
        return variable.endsWith(PUBLIC)
                ? Base64.getEncoder()
                        .encodeToString(pair(name(variable)).getPublic().getEncoded())
                : Random.secret();
    }

    static boolean isPublicKey(String variable) {
        return variable.endsWith(PUBLIC);
    }

    /** The pair behind {@code <name>_PUBLIC_KEY}. */
    public static KeyPair pair(String name) {
        return PAIRS.computeIfAbsent(name, ignored -> fresh());
    }

    /** Writes the private half and returns the variable that names its file. */
    static Map.Entry<String, String> writePrivate(String variable, Path directory) throws IOException {
        String name = name(variable);
        Path file = directory.resolve(name.toLowerCase(Locale.ROOT).replace('_', '-') + ".pem");
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair(name).getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Files.deleteIfExists(file);
        Files.createFile(file, DemoEnvironment.forOwnerOnly());
        Files.write(file, pem.getBytes(StandardCharsets.US_ASCII));
        return Map.entry(name + "_PRIVATE_KEY", file.toAbsolutePath().toString());
    }

    private static String name(String variable) {
        return variable.substring(0, variable.length() - PUBLIC.length());
    }

    private static KeyPair fresh() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has RSA", e);
        }
    }
}
