package io.github.keycloakmint.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A user's one-time passwords (RFC 6238): HMAC-SHA1, six digits, 30 seconds, as Keycloak has them by default. */
final class Totp {

    private static final int PERIOD = 30;

    private final String secret;

    Totp(String secret) {
        this.secret = secret;
    }

    String now() {
        return code(Instant.now().getEpochSecond() / PERIOD);
    }

    /** One that is in nobody's window. */
    String wrong() {
        return code(Instant.now().getEpochSecond() / PERIOD + 10_000);
    }

    /** The code of a counter (RFC 4226), where the user has the secret by {@link #addAsCounterTo}. */
    String counted(long counter) {
        return code(counter);
    }

    private String code(long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            byte[] hash =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            int offset = hash[hash.length - 1] & 0xf;
            int binary = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & 0x7fff_ffff;
            return String.format(Locale.ROOT, "%06d", binary % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives a user representation this secret, beside its password. */
    void addTo(ObjectNode user) {
        addTo(user, "totp");
    }

    /** As {@link #addTo}, for codes that are counted. */
    void addAsCounterTo(ObjectNode user) {
        addTo(user, "hotp");
    }

    private void addTo(ObjectNode user, String kind) {
        user.withArray("credentials")
                .add(Json.MAPPER.valueToTree(Map.of(
                        "type", "otp",
                        "secretData", Json.text(Json.object("value", secret)),
                        "credentialData",
                                Json.text(Json.object(
                                        "subType",
                                        kind,
                                        "digits",
                                        6,
                                        "period",
                                        PERIOD,
                                        "algorithm",
                                        "HmacSHA1",
                                        "counter",
                                        0)))));
    }
}
