package io.github.keycloakmint.external;

import java.util.Locale;

/** What a foreign JWT is checked for, in this order, and the error that a caller gets when it fails. */
enum Check {
    /** Three segments of base64url, header and payload one JSON object each, no duplicate members, within bounds. */
    FORM(ExternalError.INVALID_TOKEN),
    /** The realm has an enabled identity provider of this type. */
    ANY_PROVIDER(ExternalError.MISSING_KEYS),
    /** One of them has this {@code iss}. */
    ISSUER(ExternalError.PROJECT_MISMATCH),
    /** {@code alg} is the one that is pinned. */
    ALGORITHM(ExternalError.INVALID_TOKEN),
    /** No {@code crit}, no key or key address in the header, no type of an ID, logout or own token. */
    HEADER(ExternalError.INVALID_TOKEN),
    /** {@code kid} is one that can be, and is configured. */
    KEY_ID(ExternalError.INVALID_TOKEN),
    /** There is a key at all. */
    KEYS_AVAILABLE(ExternalError.MISSING_KEYS),
    SIGNATURE(ExternalError.INVALID_TOKEN),
    SUBJECT(ExternalError.INVALID_TOKEN),
    TYPE(ExternalError.INVALID_TOKEN),
    EXPIRY(ExternalError.INVALID_TOKEN),
    NOT_BEFORE(ExternalError.INVALID_TOKEN),
    ISSUED_AT(ExternalError.INVALID_TOKEN),
    LIFETIME(ExternalError.INVALID_TOKEN),
    AUDIENCE(ExternalError.INVALID_TOKEN),
    NONCE(ExternalError.INVALID_TOKEN),
    SIGN_IN_PROVIDER(ExternalError.INVALID_TOKEN),
    JTI(ExternalError.INVALID_TOKEN),
    /** {@code userData} is absent or an object, and its {@code id} the {@code sub}. */
    USER_DATA(ExternalError.INVALID_TOKEN);

    private final ExternalError error;

    Check(ExternalError error) {
        this.error = error;
    }

    ExternalError error() {
        return error;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
