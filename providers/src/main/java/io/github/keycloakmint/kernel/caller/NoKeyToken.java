package io.github.keycloakmint.kernel.caller;

/** There is no such token for that key. */
public final class NoKeyToken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The client may not have tokens made from keys. */
        CLIENT,
        /** The audience is missing, or none that the client may ask for. */
        AUDIENCE,
        /** The account is not the key's. */
        ACCOUNT,
        /** None of the scope is a permission of the key. */
        SCOPE,
        /** The token would carry more permissions than the realm allows. */
        TOO_MANY
    }

    private final Reason reason;

    public NoKeyToken(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
