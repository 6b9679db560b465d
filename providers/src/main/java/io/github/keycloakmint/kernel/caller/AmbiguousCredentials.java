package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.ErrorCode;

/** 403 for a call that shows credentials of two identities (contract section 8). */
public enum AmbiguousCredentials implements ErrorCode {
    AMBIGUOUS_CREDENTIALS;

    @Override
    public int status() {
        return 403;
    }

    @Override
    public String code() {
        return "ambiguous_credentials";
    }

    @Override
    public String text() {
        return "The credentials of this call are of two identities";
    }
}
