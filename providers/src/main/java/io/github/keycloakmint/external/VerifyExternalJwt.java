package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Decides whether a foreign JWT is believed. The steps are those of {@link Check}, in its order, and the first that fails
 * ends it: nothing of a token chooses a key, an algorithm or an address, and nothing is used up before all else has passed.
 */
final class VerifyExternalJwt {

    private static final String GOOGLE = "https://accounts.google.com";

    /** Google's documentation names both; the identity provider is found by either. */
    private static final String GOOGLE_SHORT = "accounts.google.com";

    private static final String FIREBASE = "https://securetoken.google.com/";

    /** A longer one is no key for a look-up. */
    private static final int LONGEST_ISSUER = 2048;

    /**
     * What is around a verification, to be replaced in tests.
     *
     * @param now seconds since the epoch
     * @param ownIssuer tells what this realm calls itself
     */
    record Surroundings(
            LongSupplier now,
            TrustedKeys keys,
            SignatureCheck signatures,
            SingleUse used,
            Predicate<String> ownIssuer) {}

    private final String realmId;
    private final Trusts trusts;
    private final Surroundings around;

    VerifyExternalJwt(KeycloakSession session, RealmModel realm, Trusts trusts) {
        this(
                realm.getId(),
                trusts,
                new Surroundings(
                        () -> Time.currentTimeMillis() / 1000,
                        TrustedKeys.of(session, realm.getId()),
                        SignatureCheck.of(session),
                        SingleUse.of(session),
                        issuer -> Issuers.own(session, realm, issuer)));
    }

    VerifyExternalJwt(String realmId, Trusts trusts, Surroundings around) {
        this.realmId = realmId;
        this.trusts = trusts;
        this.around = around;
    }

    /**
     * A token that may be believed. Its {@code jti} is used up, whatever becomes of the transaction: call it once.
     *
     * @throws Rejection for any other
     */
    ForeignToken verify(String jwt, Expect expect) {
        CompactJws jws = CompactJws.parse(jwt);
        return verify(jws, trust(jws, expect), expect);
    }

    /** Which check {@code jwt} fails first. Writes nothing, fetches nothing, uses up nothing (T24). */
    Explanation explain(String jwt) {
        Optional<Trust> trust = Optional.empty();
        try {
            Expect expect = Expect.dryRun();
            CompactJws jws = CompactJws.parse(jwt);
            trust = Optional.of(trust(jws, expect));
            return Explanation.of(verify(jws, trust.get(), expect));
        } catch (Rejection e) {
            return Explanation.of(e, trust);
        }
    }

    private ForeignToken verify(CompactJws jws, Trust trust, Expect expect) {
        signature(jws, trust, expect);
        ForeignToken token =
                new ClaimRules(trust, jws.payload(), expect, around.now().getAsLong()).judge(around.ownIssuer());
        token.jti().ifPresent(jti -> use(token, jti, expect));
        return token;
    }

    private Trust trust(CompactJws jws, Expect expect) {
        if (!trusts.any()) {
            throw Rejection.of(Check.ANY_PROVIDER);
        }
        Optional<String> issuer = Optional.ofNullable(jws.payload().get("iss")).map(JsonNode::textValue);
        return issuer.filter(name -> name.length() <= LONGEST_ISSUER)
                .flatMap(this::byIssuer)
                .filter(trust -> trust.provider().isEnabled())
                .filter(trust -> expect.presets().contains(trust.preset()))
                .orElseThrow(() ->
                        Rejection.of(Check.ISSUER, "the issuer of an enabled identity provider", issuer.orElse("")));
    }

    private Optional<Trust> byIssuer(String issuer) {
        if (issuer.equals(GOOGLE) || issuer.equals(GOOGLE_SHORT)) {
            return trusts.byIssuer(GOOGLE)
                    .filter(trust -> trust.preset() == Trust.Preset.GOOGLE)
                    .or(() -> trusts.byIssuer(issuer))
                    .filter(trust -> named(trust, issuer));
        }
        return trusts.byIssuer(issuer).filter(trust -> named(trust, issuer));
    }

    /** Looked at again here, letter for letter: a database's idea of equal texts may be another. */
    private static boolean named(Trust trust, String issuer) {
        return switch (trust.preset()) {
            case GENERIC -> issuer.equals(trust.issuer());
            case GOOGLE -> issuer.equals(GOOGLE) || issuer.equals(GOOGLE_SHORT);
            case FIREBASE -> issuer.equals(FIREBASE + trust.projectId());
        };
    }

    private void signature(CompactJws jws, Trust trust, Expect expect) {
        SigningAlgorithm algorithm = HeaderRules.algorithm(jws.header(), trust);
        HeaderRules.judge(jws.header());
        Optional<String> kid = KeyId.of(jws.header());
        List<SigningKey> keys = around.keys().candidates(trust, algorithm, kid, expect.mode());
        if (!algorithm.fits(jws.signature())
                || keys.stream().noneMatch(key -> around.signatures().verifies(key, jws.signed(), jws.signature()))) {
            throw Rejection.of(Check.SIGNATURE);
        }
    }

    /** Kept until the token would be refused as expired anyway. Keys are digests, so that they are short (T10). */
    private void use(ForeignToken token, String jti, Expect expect) {
        Trust trust = token.trust();
        String key = "mint-jti:" + realmId + "|" + trust.provider().getInternalId() + "|" + digest(jti);
        long seconds = Math.max(
                1, token.expiresAt() + trust.clockSkew() + 1 - around.now().getAsLong());
        boolean first = expect.mode() == Expect.Mode.EXPLAIN
                ? !around.used().claimed(key)
                : around.used().claim(key, seconds);
        if (!first) {
            throw Rejection.of(Check.JTI, "a jti that was not used before", jti);
        }
    }

    private static String digest(String jti) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(jti.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
