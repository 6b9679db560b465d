package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Exchange;
import java.util.Optional;

/** Takes tickets of {@code POST /api/auth/embed-ticket}: one use, one path, 60 seconds. */
final class EmbedTicket {

    private EmbedTicket() {}

    /** True for what has the form of a ticket and of no token; nothing is used up. */
    static boolean isTicket(String sent) {
        return false;
    }

    /**
     * The token that the ticket was made with, which is judged by whoever asks. A ticket that was made for {@code path} is used
     * up by it, and by no other path.
     */
    static Optional<String> redeem(Exchange call, String ticket, RequestPath path) {
        return Optional.empty();
    }
}
