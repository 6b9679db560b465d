package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** The errors of token-for-email, with the words of its document where it has some. */
enum MintError implements ErrorCode {
    BAD_REQUEST(400, "The request is not valid"),
    UNAUTHORIZED(401, "Invalid service secret"),
    FORBIDDEN(403, "HTTPS required"),
    NOT_FOUND(404, "Not found"),
    /** The one 404 of a decision: no word of it depends on why. */
    NO_SUCH_USER(404, "NOT_FOUND", "No user with that email on this platform"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    PAYLOAD_TOO_LARGE(413, "The body is larger than 64 KiB"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body must be application/json"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    INTERNAL(500, "Internal server error");

    private final int status;
    private final String code;
    private final String text;

    MintError(int status, String text) {
        this.status = status;
        this.code = name();
        this.text = text;
    }

    MintError(int status, String code, String text) {
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
