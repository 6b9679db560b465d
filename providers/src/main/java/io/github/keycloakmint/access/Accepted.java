package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.FixedAddress;
import java.util.Map;
import org.keycloak.models.KeycloakSession;

/** The one answer to whoever asks for a mail, whether one goes out or not. */
record Accepted(String message) {

    private static final Accepted MAIL = new Accepted("If the address can be used, a mail is on its way to it");

    static Reply mailOnItsWay() {
        return new Reply(202, MAIL, Map.of());
    }

    /** @throws Refusal 404 where a caller could choose the host of a mail's link (T16) */
    static void requireMails(KeycloakSession session) {
        if (!FixedAddress.known(session)) {
            throw Refusal.of(Fault.NOT_FOUND, "hostname_not_fixed");
        }
    }
}
