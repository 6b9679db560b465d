package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.UrlBase64;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tokens put together by hand, since a library refuses to make most of what is tested here; signed by Java alone. */
final class HandmadeJwt {

    private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();

    private HandmadeJwt() {}

    /** The same pair for the same name, for as long as the tests run. */
    static KeyPair pair(String name, SigningAlgorithm algorithm) {
        return PAIRS.computeIfAbsent(name + algorithm.keyType() + algorithm.curve(), key -> generate(algorithm));
    }

    private static KeyPair generate(SigningAlgorithm algorithm) {
        return switch (algorithm.keyType()) {
            case "RSA" -> rsa(2048);
            case "EC" ->
                ec(
                        switch (algorithm.curve()) {
                            case "P-256" -> "secp256r1";
                            case "P-384" -> "secp384r1";
                            default -> "secp521r1";
                        });
            default -> generate("Ed25519");
        };
    }

    static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair ec(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair generate(String type) {
        try {
            return KeyPairGenerator.getInstance(type).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String pem(PublicKey key) {
        return block("PUBLIC KEY", key.getEncoded());
    }

    static String block(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    static String signed(String header, String payload, SigningAlgorithm algorithm, PrivateKey key) {
        String text = segment(header) + "." + segment(payload);
        try {
            Signature signature = signature(algorithm);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + UrlBase64.encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String segment(String json) {
        return UrlBase64.encode(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Stands in for Keycloak's verifiers. */
    static boolean verifies(SigningKey key, byte[] signed, byte[] sent) {
        try {
            Signature signature = signature(key.algorithm());
            signature.initVerify(key.key());
            signature.update(signed);
            return signature.verify(sent);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Signature signature(SigningAlgorithm algorithm) throws GeneralSecurityException {
        String bits = algorithm.name().substring(2);
        return switch (algorithm.name().substring(0, 2)) {
            case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
            case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
            case "PS" -> {
                Signature signature = Signature.getInstance("RSASSA-PSS");
                signature.setParameter(new PSSParameterSpec(
                        "SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), Integer.parseInt(bits) / 8, 1));
                yield signature;
            }
            default -> Signature.getInstance("Ed25519");
        };
    }
}
