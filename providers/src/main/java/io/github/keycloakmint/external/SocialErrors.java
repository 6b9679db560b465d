package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;

/**
 * The errors of {@code /auth/google}, which signs in like an email and a password do and so speaks as that does ({@code
 * {"error":…,"message":…}}), though users are made by the engine of verify-external-user.
 */
final class SocialErrors implements ErrorShape {

    private record Body(String error, String message) {}

    @Override
    public ErrorCode of(Fault fault) {
        return PlainErrors.SHAPE.of(fault);
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return new Body(word(code), text);
    }

    private static String word(ErrorCode code) {
        return code instanceof ExternalError
                ? switch (code.status()) {
                    case 400 -> "bad_request";
                    case 401 -> "unauthorized";
                    case 403 -> "forbidden";
                    case 409 -> "conflict";
                    default -> "server_error";
                }
                : code.code();
    }
}
