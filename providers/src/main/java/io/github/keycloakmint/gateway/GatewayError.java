package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** Errors that only the gateway has. */
enum GatewayError implements ErrorCode {
    INVALID_TARGET("invalid_target", "The audience is not allowed");

    private final String code;
    private final String text;

    GatewayError(String code, String text) {
        this.code = code;
        this.text = text;
    }

    @Override
    public int status() {
        return 403;
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
