package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.ErrorShape;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;

/**
 * The plain shape with the two statuses that every proxy takes for an answer: nginx makes a 500 of any other. A realm that
 * is not there, and a failure within the server, are no answers, and stay what they are.
 */
final class VerifyErrors implements ErrorShape {

    static final VerifyErrors SHAPE = new VerifyErrors();

    private record Refused(int status, String code, String text) implements ErrorCode {}

    private VerifyErrors() {}

    @Override
    public ErrorCode of(Fault fault) {
        ErrorCode plain = PlainErrors.SHAPE.of(fault);
        return switch (fault) {
            case UNAUTHORIZED, NOT_FOUND, INTERNAL -> plain;
            default -> new Refused(403, plain.code(), plain.text());
        };
    }

    @Override
    public Object body(ErrorCode code, String text) {
        return PlainErrors.SHAPE.body(code, text);
    }
}
