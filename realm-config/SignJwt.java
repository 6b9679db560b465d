import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * Signs a JWT with RS256, for trying things out: {@code java realm-config/SignJwt.java KEY.pem '{"iss":"demo","sub":"user_1"}'}.
 * The key is PKCS #8 in PEM. Adds {@code iat} and {@code exp} (five minutes) where the claims have no {@code exp}.
 */
public final class SignJwt {

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2 || !arguments[1].strip().matches("(?s)\\{.*}")) {
            System.err.println("usage: java SignJwt.java KEY.pem '{\"iss\":\"demo\",\"sub\":\"user_1\"}'");
            System.exit(2);
        }
        String pem = Files.readString(Path.of(arguments[0])).replaceAll("-----[A-Z ]+-----|\\s", "");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))));
        String signed = encoded("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + '.' + encoded(dated(arguments[1].strip()));
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        System.out.println(signed + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign()));
    }

    private static String dated(String claims) {
        if (claims.contains("\"exp\"")) {
            return claims;
        }
        long now = Instant.now().getEpochSecond();
        String comma = claims.substring(1).strip().startsWith("}") ? "" : ",";
        return "{\"iat\":" + now + ",\"exp\":" + (now + 300) + comma + claims.substring(1);
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
