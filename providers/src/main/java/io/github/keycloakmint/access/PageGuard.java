package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.ClientModel;

/**
 * Whether a call that carries credentials comes from where it may (contract section 6, T26). A page has an Origin header,
 * which has to be one of the client's own, and needs a csrf token; a server or a mobile app has none and needs none, but
 * what it sends has to be good.
 */
final class PageGuard {

    private static final String REFUSED = "The csrf_token is missing, expired or used up";

    private final Exchange call;
    private final Optional<CsrfToken> token;

    private PageGuard(Exchange call, Optional<CsrfToken> token) {
        this.call = call;
        this.token = token;
    }

    /** @throws Refusal 403 for a page of another origin, and for a csrf token or cookie that is missing or not good */
    static PageGuard check(Exchange call, ClientModel client, Optional<String> csrfToken) {
        call.cors().allow(() -> ClientOrigins.exact(call.session(), client));
        List<String> cookies = new CsrfCookie(call, client).values();
        boolean page = call.cors().fromAllowedPage();
        if (!page && !cookies.isEmpty()) {
            throw Refusal.of(Fault.FORBIDDEN, "cookie_without_origin");
        }
        if (page && csrfToken.isEmpty()) {
            throw Refusal.of(Fault.FORBIDDEN, REFUSED, "missing_csrf_token");
        }
        String origin = call.cors().page().orElse("");
        Optional<CsrfToken> token = csrfToken.map(text -> CsrfToken.read(call.session(), client, origin, text)
                .filter(read -> cookies.isEmpty() || read.goesWith(cookies))
                .orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, REFUSED, "csrf_token")));
        return new PageGuard(call, token);
    }

    /**
     * To be called when everything else has succeeded: a token is good for one success, and for as many failures as the
     * limits allow.
     *
     * @throws Refusal 403 where another call was first; whatever was written in this one is undone
     */
    void useUp() {
        if (token.filter(used -> !used.useUp(call.session(), call.realm())).isPresent()) {
            throw Refusal.of(Fault.FORBIDDEN, REFUSED, "csrf_token_used");
        }
    }
}
