package io.github.keycloakmint.kernel.http;

/** What can go wrong before a capability is asked, or beside it. Each {@link ErrorShape} words them its own way. */
public enum Fault {
    BAD_REQUEST(400),
    UNAUTHORIZED(401),
    FORBIDDEN(403),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    PAYLOAD_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    TOO_MANY_REQUESTS(429),
    INTERNAL(500);

    private final int status;

    Fault(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
