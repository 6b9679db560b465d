package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.keycloak.models.ClientModel;

/**
 * The cookie beside a csrf token. Its name is of one realm and client, so that another project's at the same address is
 * never sent in its place (T26); its value is random, and the same for every tab of a browser.
 */
final class CsrfCookie {

    private static final String SAME_SITE = "None";

    private final Exchange call;
    private final String name;

    CsrfCookie(Exchange call, ClientModel client) {
        this.call = call;
        this.name = "mint-csrf-"
                + UUID.nameUUIDFromBytes(
                        (client.getRealm().getId() + '|' + client.getId()).getBytes(StandardCharsets.UTF_8));
    }

    /** Every value that came. */
    List<String> values() {
        return call.cookies(name);
    }

    /** The value that the browser has, or a fresh one. */
    String nonce() {
        return values().stream().filter(CsrfToken::isNonce).findFirst().orElseGet(CsrfToken::freshNonce);
    }

    Cookie of(String nonce) {
        return new Cookie(name, nonce, call.prefix(), CsrfToken.LIFETIME, SAME_SITE);
    }
}
