package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;

/** The shape {@code {"error":{"status":…,"code":…,"message":…}}}. */
final class MintErrors implements ErrorShape {

    private record Described(int status, String code, String message) {}

    private record Body(Described error) {}

    @Override
    public ErrorCode of(Fault fault) {
        return switch (fault) {
            case BAD_REQUEST -> MintError.BAD_REQUEST;
            case UNAUTHORIZED -> MintError.UNAUTHORIZED;
            case FORBIDDEN -> MintError.FORBIDDEN;
            case NOT_FOUND -> MintError.NOT_FOUND;
            case METHOD_NOT_ALLOWED -> MintError.METHOD_NOT_ALLOWED;
            case PAYLOAD_TOO_LARGE -> MintError.PAYLOAD_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> MintError.UNSUPPORTED_MEDIA_TYPE;
            case TOO_MANY_REQUESTS -> MintError.TOO_MANY_REQUESTS;
            case INTERNAL -> MintError.INTERNAL;
        };
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return new Body(new Described(code.status(), code.code(), text));
    }
}
