package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a token may be used: {@code exp}, {@code nbf} and {@code iat} (RFC 7519 section 4.1), and for how long at most. */
final class Times {

    /** The end of the year 9999: no sum of times below it overflows. */
    private static final long LATEST = 253_402_300_799L;

    private final Trust trust;
    private final ObjectNode claims;
    private final long now;
    private final long skew;

    Times(Trust trust, ObjectNode claims, long now) {
        this.trust = trust;
        this.claims = claims;
        this.now = now;
        this.skew = trust.clockSkew();
    }

    /** When the token expires. */
    long judge() {
        long expiresAt = expiry();
        time("nbf", Check.NOT_BEFORE).ifPresent(at -> past(at, "nbf", Check.NOT_BEFORE));
        Optional<Long> issuedAt = time("iat", Check.ISSUED_AT);
        issuedAt.ifPresent(at -> past(at, "iat", Check.ISSUED_AT));
        if (trust.preset() == Trust.Preset.FIREBASE) {
            time("auth_time", Check.ISSUED_AT).ifPresent(at -> past(at, "auth_time", Check.ISSUED_AT));
        }
        long life = expiresAt - issuedAt.orElse(now);
        if (life > trust.longestLife() + skew) {
            throw Rejection.of(Check.LIFETIME, "at most " + trust.longestLife() + " seconds", life + " seconds");
        }
        return expiresAt;
    }

    private long expiry() {
        long expiresAt =
                time("exp", Check.EXPIRY).orElseThrow(() -> Rejection.of(Check.EXPIRY, "a time in seconds", ""));
        if (now >= expiresAt + skew) {
            throw Rejection.of(Check.EXPIRY, "after " + now, "exp " + expiresAt);
        }
        return expiresAt;
    }

    private void past(long at, String name, Check check) {
        if (at > now + skew) {
            throw Rejection.of(check, "not after " + now, name + " " + at);
        }
    }

    /** A whole number: readers differ in what they make of {@code "1e9"}, of {@code 1.5} and of null. */
    private Optional<Long> time(String name, Check check) {
        @Nullable JsonNode value = claims.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 0
                || value.longValue() > LATEST) {
            throw Rejection.of(check, "a time in seconds", name + " " + value);
        }
        return Optional.of(value.longValue());
    }
}
