package io.github.keycloakmint.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;

/** The plain shape, and that of a challenge. */
final class AccessErrors implements ErrorShape {

    private record Challenged(
            String error, String challenge, String message, @JsonProperty("continue_url") String continueUrl) {}

    @Override
    public ErrorCode of(Fault fault) {
        return PlainErrors.SHAPE.of(fault);
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return code instanceof Challenge challenge
                ? new Challenged(code.code(), challenge.challenge(), text, challenge.continueUrl())
                : PlainErrors.SHAPE.body(code, text);
    }
}
