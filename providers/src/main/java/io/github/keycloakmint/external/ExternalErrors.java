package io.github.keycloakmint.external;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The shape {@code {"error":…,"code":"auth/…"[,"details":…]}}; details are a reference into the log, no more. */
final class ExternalErrors implements ErrorShape {

    private record Body(
            String error, String code, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String details) {}

    @Override
    public ErrorCode of(Fault fault) {
        return switch (fault) {
            case BAD_REQUEST -> ExternalError.BAD_REQUEST;
            case UNAUTHORIZED -> ExternalError.UNAUTHORIZED;
            case FORBIDDEN -> ExternalError.FORBIDDEN;
            case NOT_FOUND -> ExternalError.NOT_FOUND;
            case METHOD_NOT_ALLOWED -> ExternalError.METHOD_NOT_ALLOWED;
            case PAYLOAD_TOO_LARGE -> ExternalError.PAYLOAD_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> ExternalError.UNSUPPORTED_MEDIA_TYPE;
            case TOO_MANY_REQUESTS -> ExternalError.TOO_MANY_REQUESTS;
            case INTERNAL -> ExternalError.SERVER_ERROR;
        };
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return new Body(text, code.code(), null);
    }

    @Override
    public Object body(ErrorCode code, String text, Optional<String> reference) {
        return new Body(text, code.code(), reference.orElse(null));
    }
}
