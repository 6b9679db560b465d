package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** What the state of things does not allow. */
enum KeyConflict implements ErrorCode {
    TOO_MANY_KEYS("The owner has as many API keys as it may");

    private final String text;

    KeyConflict(String text) {
        this.text = text;
    }

    @Override
    public int status() {
        return 409;
    }

    @Override
    public String code() {
        return "conflict";
    }

    @Override
    public String text() {
        return text;
    }
}
