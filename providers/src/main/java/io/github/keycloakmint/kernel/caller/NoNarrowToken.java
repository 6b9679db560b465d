package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.PlainErrors;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.TooManyPermissions;
import java.util.Locale;

/** There is no token for that account and audience, by session or by key. Each door says it in its own words. */
public final class NoNarrowToken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The client has not opted in, or must not have such tokens. */
        CLIENT,
        /** The audience is missing, or none that the client may ask for. */
        AUDIENCE,
        /** Unknown, disabled, or not the caller's: one and the same. */
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

    public NoNarrowToken(Reason reason) {
        this(reason, reason.name().toLowerCase(Locale.ROOT));
    }

    /** @param text that may be shown to the caller */
    public NoNarrowToken(Reason reason, String text) {
        // an ordinary answer: no stack trace is worth its cost under a flood of them
        super(text, null, false, false);
        this.reason = reason;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** As the bundle's own endpoints say it: an account that is not the caller's is as one that is not there. */
    public Refusal atTheEndpoint() {
        return switch (reason) {
            case CLIENT -> Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
            case AUDIENCE -> Refusal.of(Code.INVALID_TARGET, "audience_not_allowed");
            case ACCOUNT -> Refusal.evenly(PlainErrors.SHAPE.of(Fault.FORBIDDEN), "account");
            case TOO_MANY -> TooManyPermissions.refusal(text());
        };
    }

    public Reason reason() {
        return reason;
    }
}
