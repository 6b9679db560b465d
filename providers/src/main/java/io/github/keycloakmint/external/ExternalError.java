package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** The errors of verify-external-user, with the words of its document where it has some. */
enum ExternalError implements ErrorCode {
    MISSING_JWT(400, "auth/missing-jwt", "Missing userJwt"),
    BAD_REQUEST(400, "auth/bad-request", "The request is not valid"),
    /** A field of the user is not valid; the text names it. */
    VALIDATION_FAILED(400, "auth/validation-failed", "The user's data is not valid"),
    UNAUTHORIZED(401, "auth/unauthorized", "Unauthorized"),
    MISSING_KEYS(403, "auth/missing-keys", "Missing JWT keys"),
    INVALID_TOKEN(403, "auth/invalid-token", "Invalid token"),
    PROJECT_MISMATCH(403, "auth/project-mismatch", "Project ID mismatch"),
    REFRESH_TOKEN_INVALID(403, "auth/refresh-token-invalid", "Invalid refresh token"),
    USER_DISABLED(403, "auth/user-disabled", "User is disabled"),
    /** An admin asked something of the user that he has not done yet. */
    ACTION_REQUIRED(403, "auth/action-required", "The account has to be completed first"),
    FORBIDDEN(403, "auth/forbidden", "Forbidden"),
    NOT_FOUND(404, "auth/not-found", "Not found"),
    METHOD_NOT_ALLOWED(405, "auth/method-not-allowed", "Method not allowed"),
    EMAIL_CONFLICT(409, "auth/email-conflict", "The email address belongs to another account"),
    /** The username of a foreign user, or his id, belongs to somebody else here. */
    CONFLICT(409, "auth/conflict", "The user belongs to another account"),
    PAYLOAD_TOO_LARGE(413, "auth/payload-too-large", "The body is larger than 64 KiB"),
    UNSUPPORTED_MEDIA_TYPE(415, "auth/unsupported-media-type", "The body must be application/json"),
    TOO_MANY_REQUESTS(429, "auth/too-many-requests", "Too many requests"),
    MISSING_USER(500, "auth/missing-user", "Unexpected error fetching user after login"),
    SERVER_ERROR(500, "auth/server-error", "Internal server error");

    private final int status;
    private final String code;
    private final String text;

    ExternalError(int status, String code, String text) {
        this.status = status;
        this.code = code;
        this.text = text;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String text() {
        return text;
    }
}
