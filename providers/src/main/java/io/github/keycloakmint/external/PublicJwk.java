package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.kernel.UrlBase64;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.keycloak.crypto.KeyType;

/** One public signing key as a JWK (RFC 7517, RFC 7518 section 6, RFC 8037). */
final class PublicJwk {

    /** Members that only a private or a secret key has. */
    private static final List<String> PRIVATE = List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

    private final ObjectNode jwk;

    PublicJwk(ObjectNode jwk) {
        this.jwk = jwk;
    }

    boolean isPrivate() {
        return PRIVATE.stream().anyMatch(jwk::has) || text("kty").equals(Optional.of("oct"));
    }

    /** False for a key of another purpose or algorithm, which a set may well hold beside the right ones. */
    boolean isFor(SigningAlgorithm algorithm) {
        return text("kty").equals(Optional.of(algorithm.keyType()))
                && curveFits(algorithm)
                && absentOr("use", "sig"::equals)
                && absentOr("alg", alg -> alg.equals(algorithm.name()) || isEd25519(algorithm, alg))
                && canVerify();
    }

    private boolean curveFits(SigningAlgorithm algorithm) {
        return switch (algorithm.keyType()) {
            case KeyType.EC -> text("crv").equals(Optional.of(algorithm.curve()));
            case KeyType.OKP -> text("crv").equals(Optional.of("Ed25519"));
            default -> true;
        };
    }

    /** RFC 9864 gives EdDSA with this curve a name of its own. */
    private static boolean isEd25519(SigningAlgorithm algorithm, String name) {
        return algorithm == SigningAlgorithm.EdDSA && name.equals("Ed25519");
    }

    private boolean canVerify() {
        @Nullable JsonNode operations = jwk.get("key_ops");
        if (operations == null) {
            return true;
        }
        for (JsonNode operation : operations) {
            if ("verify".equals(operation.textValue())) {
                return true;
            }
        }
        return false;
    }

    private boolean absentOr(String name, Predicate<String> wanted) {
        return !jwk.has(name) || text(name).filter(wanted).isPresent();
    }

    /** @throws BadKey where it is no key for {@code algorithm}, or has a {@code kid} that no token may have */
    SigningKey key(SigningAlgorithm algorithm) {
        if (isPrivate()) {
            throw PublicPem.privateKey();
        }
        if (!isFor(algorithm)) {
            throw new BadKey("The JWK is no key for signatures with " + algorithm
                    + " (kty, crv, use, key_ops and alg are looked at)");
        }
        if (!absentOr("kid", KeyId::fits)) {
            throw new BadKey("The JWK's kid must be " + KeyId.FORM);
        }
        try {
            PublicKey key = publicKey(algorithm);
            algorithm.require(key);
            return new SigningKey(text("kid"), algorithm, key);
        } catch (GeneralSecurityException e) {
            throw new BadKey("The JWK's numbers are no key");
        }
    }

    private PublicKey publicKey(SigningAlgorithm algorithm) throws GeneralSecurityException {
        return switch (algorithm.keyType()) {
            case KeyType.RSA ->
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number("n"), number("e")));
            case KeyType.EC ->
                KeyFactory.getInstance("EC")
                        .generatePublic(
                                new ECPublicKeySpec(new ECPoint(number("x"), number("y")), algorithm.parameters()));
            default -> ed25519();
        };
    }

    private PublicKey ed25519() throws GeneralSecurityException {
        byte[] x = bytes("x");
        if (x.length != Ed25519.BYTES) {
            throw new BadKey("The JWK's x must be 32 bytes");
        }
        return Ed25519.key(x);
    }

    private BigInteger number(String name) {
        return new BigInteger(1, bytes(name));
    }

    private byte[] bytes(String name) {
        return text(name)
                .filter(value -> value.length() <= 2048) // 12,288 bits: more than any key that is taken
                .flatMap(UrlBase64::decode)
                .orElseThrow(() -> new BadKey("The JWK needs `" + name + "` in base64url without padding"));
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(jwk.get(name)).map(JsonNode::textValue);
    }
}
