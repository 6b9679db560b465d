package io.github.keycloakmint.kernel.http;

import java.util.Locale;

/** The shape {@code {"error":…,"message":…}} of every endpoint that has none of its own (contract section 2). */
public final class PlainErrors implements ErrorShape {

    public static final PlainErrors SHAPE = new PlainErrors();

    private PlainErrors() {}

    private record Body(String error, String message) {}

    private record Plain(int status, String code, String text) implements ErrorCode {}

    @Override
    public ErrorCode of(Fault fault) {
        return switch (fault) {
            case BAD_REQUEST -> plain(fault, "The request is not valid");
            case UNAUTHORIZED -> plain(fault, "Invalid or expired token");
            case FORBIDDEN -> plain(fault, "Insufficient permissions for this resource");
            case NOT_FOUND -> plain(fault, "Not found");
            case METHOD_NOT_ALLOWED -> plain(fault, "Method not allowed");
            case PAYLOAD_TOO_LARGE -> plain(fault, "The body is larger than 64 KiB");
            case UNSUPPORTED_MEDIA_TYPE -> plain(fault, "The body must be application/json");
            case TOO_MANY_REQUESTS -> plain(fault, "Too many requests");
            case INTERNAL -> new Plain(fault.status(), "server_error", "Internal server error");
        };
    }

    private static ErrorCode plain(Fault fault, String text) {
        return new Plain(fault.status(), fault.name().toLowerCase(Locale.ROOT), text);
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return new Body(code.code(), text);
    }
}
