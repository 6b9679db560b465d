package io.github.keycloakmint.kernel.session;

import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The cookie that keeps the refresh token for pages: HttpOnly, Secure, SameSite=None, for the path that was called. Set and
 * read for a page of an exactly allowed origin alone (T26): a call without an Origin may be any other site's form.
 */
public final class RefreshCookie {

    private static final String SAME_SITE = "None";

    private final Exchange call;
    private final Supplier<Set<String>> names;

    /** @param names that such a cookie may have in the realm; asked only where the call has cookies */
    public RefreshCookie(Exchange call, Supplier<Set<String>> names) {
        this.call = call;
        this.names = names;
    }

    /** {@code reply}, with the cookie for a page. */
    public Reply onto(Reply reply, String name, SessionTokens.Issued issued) {
        return call.cors().fromAllowedPage()
                ? reply.with(
                        new Cookie(name, issued.refreshToken(), call.prefix(), issued.refreshExpiresIn(), SAME_SITE))
                : reply;
    }

    /** {@code reply}, with the cookie anew where the call had it. */
    public Reply renewed(Reply reply, String name, SessionTokens.Issued issued) {
        return call.cookies(name).isEmpty() ? reply : onto(reply, name, issued);
    }

    /** {@code reply}, taking back every such cookie that an allowed page sent. */
    public Reply cleared(Reply reply) {
        if (!call.cors().fromAllowedPage()) {
            return reply;
        }
        Reply cleared = reply;
        for (String name : sent()) {
            cleared = cleared.with(new Cookie(name, "", call.prefix(), 0, SAME_SITE));
        }
        return cleared;
    }

    /**
     * The refresh tokens in cookies: a browser sends one for each path that fits, and a page of another host of the site may
     * have planted one. Those of another realm are left out. Refused with 403 where there is one and no allowed page sent it.
     */
    public List<String> values() {
        List<String> found = sent().stream()
                .flatMap(name -> call.cookies(name).stream())
                .filter(this::ofThisRealm)
                .toList();
        if (!found.isEmpty() && !call.cors().fromAllowedPage()) {
            throw Refusal.of(Fault.FORBIDDEN, "cookie_without_origin");
        }
        return found;
    }

    private List<String> sent() {
        return call.hasCookies()
                ? names.get().stream()
                        .filter(name -> !call.cookies(name).isEmpty())
                        .toList()
                : List.of();
    }

    private boolean ofThisRealm(String token) {
        return Issuers.realmName(token).filter(call.realm().getName()::equals).isPresent();
    }
}
