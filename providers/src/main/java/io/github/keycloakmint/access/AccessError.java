package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** What this room says beside the plain faults. */
enum AccessError implements ErrorCode {
    INVALID_CREDENTIALS(401, "unauthorized", "Invalid email or password"),
    CLIENT_AUTHENTICATION(401, "unauthorized", "Client authentication failed");

    private final int status;
    private final String code;
    private final String text;

    AccessError(int status, String code, String text) {
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
