package io.github.keycloakmint.external;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One public key as text (RFC 7468): a SubjectPublicKeyInfo, with or without its PEM lines as Keycloak takes it, or a
 * certificate, of which only the key counts: an admin vouches for it, not an authority, so its dates mean nothing here.
 */
final class PublicPem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private static final List<String> FAMILIES = List.of("RSA", "EC", "Ed25519");

    private PublicPem() {}

    /** @throws BadKey where the text is no such key */
    static PublicKey parse(String text) {
        String trimmed = text.strip();
        if (trimmed.contains("PRIVATE KEY")) {
            throw privateKey();
        }
        if (!trimmed.contains("-----")) {
            return publicKey(der(trimmed));
        }
        Matcher block = BLOCK.matcher(trimmed);
        if (!block.matches()) {
            throw new BadKey("A PEM text must be one block, from its BEGIN line to its END line, and nothing else");
        }
        byte[] der = der(block.group(2));
        return switch (block.group(1)) {
            case "PUBLIC KEY" -> publicKey(der);
            case "CERTIFICATE" -> certified(der);
            default -> throw new BadKey("A PEM block must be a PUBLIC KEY (SubjectPublicKeyInfo) or a CERTIFICATE");
        };
    }

    private static byte[] der(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new BadKey("This is neither a PEM text nor a JWK nor a JWK set");
        }
    }

    private static PublicKey publicKey(byte[] der) {
        for (String family : FAMILIES) {
            Optional<PublicKey> key = publicKey(family, der);
            if (key.isPresent()) {
                return key.get();
            }
        }
        if (FAMILIES.stream().anyMatch(family -> isPrivate(family, der))) {
            throw privateKey();
        }
        throw new BadKey("This is no RSA, EC or Ed25519 public key");
    }

    private static Optional<PublicKey> publicKey(String family, byte[] der) {
        try {
            return Optional.of(KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(der)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty(); // not of this family: the next is tried
        }
    }

    private static boolean isPrivate(String family, byte[] der) {
        try {
            KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(der));
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false; // not of this family: the next is tried
        }
    }

    private static PublicKey certified(byte[] der) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey();
        } catch (CertificateException e) {
            throw new BadKey("The certificate can't be read");
        }
    }

    /** T23: configuration with a private key is refused, since Keycloak would show it to every admin who may look. */
    static BadKey privateKey() {
        return new BadKey("This is a private or secret key. Only the public key belongs here; the other one is now"
                + " known to this form, so replace it where it is used");
    }
}
