package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** What a call with a password may be told besides the kernel's own words. */
enum PasswordError implements ErrorCode {
    WRONG(401, "unauthorized", "Invalid email or password"),
    TAKEN(409, "conflict", "An account with this email exists already");

    private final int status;
    private final String code;
    private final String text;

    PasswordError(int status, String code, String text) {
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
