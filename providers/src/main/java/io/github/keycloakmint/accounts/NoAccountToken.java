package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.TooManyPermissions;
import java.util.Locale;

/** Why there is no account token. Each of the two doors says it in its own words. */
final class NoAccountToken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    enum Reason {
        /** The client has not opted in, or must not have such tokens. */
        CLIENT,
        /** Not an audience of the client. */
        AUDIENCE,
        /** Unknown, disabled, or none of the user's: one and the same. */
        ACCOUNT,
        /** The token would carry more permissions than the realm allows. */
        TOO_MANY
    }

    private enum Code implements ErrorCode {
        INVALID_TARGET;

        @Override
        public int status() {
            return 400;
        }

        @Override
        public String code() {
            return "invalid_target";
        }

        @Override
        public String text() {
            return "The audience is not allowed";
        }
    }

    private final Reason reason;

    NoAccountToken(Reason reason) {
        this(reason, reason.name().toLowerCase(Locale.ROOT));
    }

    /** @param text that may be shown to the caller */
    NoAccountToken(Reason reason, String text) {
        // an ordinary answer: no stack trace is worth its cost under a flood of them
        super(text, null, false, false);
        this.reason = reason;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    Reason reason() {
        return reason;
    }

    Refusal atTheEndpoint() {
        return switch (reason) {
            case CLIENT -> Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
            case AUDIENCE -> Refusal.of(Code.INVALID_TARGET, "audience_not_allowed");
            case ACCOUNT -> Refusal.evenly(PlainErrors.SHAPE.of(Fault.FORBIDDEN), "account");
            case TOO_MANY -> TooManyPermissions.refusal(text());
        };
    }
}
