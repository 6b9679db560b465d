package io.github.keycloakmint.external;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.crypto.KeyType;

/**
 * The algorithms that a foreign issuer's tokens may be signed with, one of which an admin pins (RFC 8725 section 3.1).
 * Asymmetric ones only: whoever can verify must not be able to sign.
 */
enum SigningAlgorithm {
    RS256(KeyType.RSA),
    RS384(KeyType.RSA),
    RS512(KeyType.RSA),
    PS256(KeyType.RSA),
    PS384(KeyType.RSA),
    PS512(KeyType.RSA),
    ES256("P-256", "secp256r1", 32),
    ES384("P-384", "secp384r1", 48),
    ES512("P-521", "secp521r1", 66),
    EdDSA(KeyType.OKP);

    static final String NAMES = "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA";

    private static final int SHORTEST_RSA = 2048;
    /** A longer modulus is a way to burn processor time. */
    private static final int LONGEST_RSA = 8192;

    private final String keyType;
    private final String curve;
    private final String curveInJava;
    private final int coordinateBytes;

    SigningAlgorithm(String keyType) {
        this(keyType, "", "", 0);
    }

    SigningAlgorithm(String curve, String curveInJava, int coordinateBytes) {
        this(KeyType.EC, curve, curveInJava, coordinateBytes);
    }

    SigningAlgorithm(String keyType, String curve, String curveInJava, int coordinateBytes) {
        this.keyType = keyType;
        this.curve = curve;
        this.curveInJava = curveInJava;
        this.coordinateBytes = coordinateBytes;
    }

    /** The algorithm of exactly this name. */
    static Optional<SigningAlgorithm> of(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.name().equals(name))
                .findFirst();
    }

    /** The {@code kty} of its keys (RFC 7518 section 6.1, RFC 8037). */
    String keyType() {
        return keyType;
    }

    /** The {@code crv} of its keys; empty for RSA and EdDSA. */
    String curve() {
        return curve;
    }

    /**
     * False for an EC signature of another length than RFC 7518 section 3.4 says. Keycloak's converter reads R and S out of
     * a longer one, so that one token would have many spellings.
     */
    boolean fits(byte[] signature) {
        return coordinateBytes == 0 || signature.length == 2 * coordinateBytes;
    }

    ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(curveInJava));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has the NIST curves", e);
        }
    }

    /** @throws BadKey for a key that this algorithm can't be used with, or that is too weak */
    void require(PublicKey key) {
        switch (keyType) {
            case KeyType.RSA -> requireRsa(key);
            case KeyType.EC -> requireEc(key);
            default -> requireEd25519(key);
        }
    }

    private void requireRsa(PublicKey key) {
        if (!(key instanceof RSAPublicKey rsa)) {
            throw new BadKey(name() + " needs an RSA key, and this is another type of key");
        }
        int bits = rsa.getModulus().bitLength();
        if (bits < SHORTEST_RSA || bits > LONGEST_RSA) {
            throw new BadKey("An RSA key must have 2048 to 8192 bits; this one has " + bits);
        }
        BigInteger exponent = rsa.getPublicExponent();
        // with an exponent of 1 every padded text is its own signature
        if (exponent.compareTo(BigInteger.valueOf(3)) < 0 || !exponent.testBit(0) || exponent.bitLength() > 64) {
            throw new BadKey("The RSA key's public exponent can't be used");
        }
    }

    private void requireEc(PublicKey key) {
        @Nullable ECParameterSpec found = key instanceof ECPublicKey ec ? ec.getParams() : null;
        ECParameterSpec wanted = parameters();
        if (found == null
                || !found.getCurve().getField().equals(wanted.getCurve().getField())
                || !found.getCurve().getA().equals(wanted.getCurve().getA())
                || !found.getCurve().getB().equals(wanted.getCurve().getB())
                || !found.getGenerator().equals(wanted.getGenerator())
                || !found.getOrder().equals(wanted.getOrder())
                || found.getCofactor() != wanted.getCofactor()) {
            throw new BadKey(name() + " needs an EC key on the curve " + curve + ", and this is another key");
        }
        if (!onCurve(((ECPublicKey) key).getW(), wanted.getCurve())) {
            throw new BadKey("The EC key is no point of its curve");
        }
    }

    private static boolean onCurve(ECPoint point, EllipticCurve curve) {
        if (point.equals(ECPoint.POINT_INFINITY) || !(curve.getField() instanceof ECFieldFp field)) {
            return false;
        }
        BigInteger prime = field.getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB());
        return x.signum() >= 0
                && y.signum() >= 0
                && x.compareTo(prime) < 0
                && y.compareTo(prime) < 0
                && y.multiply(y).subtract(right).mod(prime).signum() == 0;
    }

    private static void requireEd25519(PublicKey key) {
        if (!Ed25519.is(key)) {
            throw new BadKey("EdDSA needs an Ed25519 key, and this is another type of key");
        }
    }
}
