package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import java.util.Optional;

/** A token that is not good now. */
public final class BadToken {

    private BadToken() {}

    /**
     * 401, and no failure to the limiter where the token says that it has ended: an office whose tokens live for five minutes
     * sends such ones all day. Nothing is verified for that, since nothing is given for it.
     *
     * @param text of the token, as it was sent
     */
    public static Refusal refused(String text, String cause) {
        return Issuers.ended(text) ? Refusal.expired() : Refusal.bearer(Optional.empty(), true, cause);
    }

    /** As {@link #refused}, for a whole header {@code Authorization}. */
    public static Refusal authorized(String header, String cause) {
        return refused(header.substring(header.indexOf(' ') + 1).trim(), cause);
    }
}
