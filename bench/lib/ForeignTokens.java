import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Another system's key and the tokens that it signs for its users: made before the load, one a line, for rows to read.
 *
 * <pre>
 * java ForeignTokens.java key       DIRECTORY                  a key pair; DIRECTORY/public.key is bare base64
 * java ForeignTokens.java users     DIRECTORY FILE COUNT ISSUER
 *                                                              tokens of user 1 to COUNT, without a jti: they can be sent again
 * java ForeignTokens.java strangers DIRECTORY FILE COUNT ISSUER
 *                                                              tokens of users that no server has seen
 * java ForeignTokens.java assertions DIRECTORY FILE COUNT ISSUER AUDIENCE
 *                                                              for Keycloak's JWT authorization grant, of user 1 to COUNT
 * </pre>
 */
final class ForeignTokens {

    private static final int LIFE_SECONDS = 12 * 3600; // realms.py allows it: a long run outlives the default, an hour

    /** Signed before the next are: what waits to be written stays small. */
    private static final int CHUNK = 2_000;

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = encoded("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");

    private ForeignTokens() {}

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Locale.setDefault(Locale.ROOT);
        Path directory = Path.of(arguments[1]);
        if (arguments[0].equals("key")) {
            makeKey(directory);
            return;
        }
        String issuer = arguments[4];
        IntFunction<String> claims =
                switch (arguments[0]) {
                    case "users" -> number -> token(issuer, "user-" + number, number);
                    case "strangers" -> number -> token(issuer, UUID.randomUUID().toString(), number);
                    case "assertions" -> {
                        String audience = arguments[5];
                        yield number -> assertion(issuer, "user-" + number, audience);
                    }
                    default -> throw new IllegalArgumentException(arguments[0]);
                };
        write(Path.of(arguments[2]), Integer.parseInt(arguments[3]), privateKey(directory), claims);
    }

    private static void makeKey(Path directory) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Base64.Encoder base64 = Base64.getEncoder();
        Path privateKey = Files.createFile(
                directory.resolve("private.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(privateKey, base64.encodeToString(pair.getPrivate().getEncoded()));
        Files.writeString(
                directory.resolve("public.key"),
                base64.encodeToString(pair.getPublic().getEncoded()));
    }

    private static PrivateKey privateKey(Path directory) throws IOException, GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(Files.readString(directory.resolve("private.key")));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key));
    }

    /** On all cores: a signature takes a millisecond or two. */
    private static void write(Path file, int count, PrivateKey key, IntFunction<String> claims) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
            for (int from = 1; from <= count; from += CHUNK) {
                List<String> tokens = IntStream.range(from, Math.min(count + 1, from + CHUNK))
                        .parallel()
                        .mapToObj(number -> signed(key, claims.apply(number)))
                        .collect(Collectors.toList());
                for (String token : tokens) {
                    out.write(token);
                    out.write('\n');
                }
            }
        }
    }

    /** What an app's server says of its user: everything that most users have, of ordinary length. */
    private static String token(String issuer, String subject, int number) {
        long now = Instant.now().getEpochSecond();
        String userData =
                """
                {"id":"%1$s","email":"%1$s@%2$s.example","name":"Ada Number%3$d","username":"%1$s.%2$s",\
                "avatar":"https://cdn.%2$s.example/avatars/%1$s/256.webp","bio":"Writes about trees, maps and the weather. \
                Member since spring, reads more than she posts.","metadata":{"plan":"pro","locale":"en-GB",\
                "onboarded":true,"interests":["trees","maps","weather"]}}"""
                        .formatted(subject, issuer, number);
        return "{\"iss\":\"%s\",\"sub\":\"%s\",\"iat\":%d,\"exp\":%d,\"userData\":%s}"
                .formatted(issuer, subject, now, now + LIFE_SECONDS, userData);
    }

    private static String assertion(String issuer, String subject, String audience) {
        long now = Instant.now().getEpochSecond();
        return "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"iat\":%d,\"exp\":%d}"
                .formatted(issuer, subject, audience, now, now + LIFE_SECONDS);
    }

    private static String signed(PrivateKey key, String claims) {
        try {
            String content = HEADER + "." + encoded(claims);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + BASE64URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has RSA", e);
        }
    }

    private static String encoded(String text) {
        return BASE64URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
