package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Set;
import org.keycloak.events.EventType;

/** {@code POST} and {@code DELETE /api/auth/cookie} (contract section 8). */
final class CookieResource {

    private record Kept(String cookie, @JsonProperty("expires_in") long expiresIn) {}

    /** Puts the bearer token into the signed cookie of the page that calls; both end together. */
    Reply keep(Exchange call) {
        call.record().event(EventType.TOKEN_EXCHANGE);
        call.record().byStranger();
        requirePage(call);
        Limits.byAddress(call);
        UserToken token = UserToken.inHeader(call);
        call.record().recognised();
        call.record().put("userId", token.bearer().user().getId());
        call.cors().allow(() -> ClientOrigins.exact(call.session(), token.client()));
        call.json();
        Limits.byTarget(call, token.bearer().user().getId());
        Cookie cookie = SignedCookie.of(call.session(), name(call), token.client(), token.text(), token.remaining());
        requireKept(cookie);
        call.record().put("jti", token.bearer().token().getId());
        return Reply.ok(new Kept(cookie.name(), token.remaining())).with(cookie);
    }

    /** Takes it back from the page that calls, whatever it holds. The token lives on; sign-out ends it. */
    Reply clear(Exchange call) {
        call.record().quietly();
        call.record().byStranger();
        requirePage(call);
        Limits.byAddress(call);
        return Reply.noContent().with(SignedCookie.cleared(name(call)));
    }

    private static String name(Exchange call) {
        return SignedCookie.name(call.realm()).orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "cookie_name"));
    }

    /** Exact origins alone, none of them {@code *}, and no call that is no page's (T26). */
    private static void requirePage(Exchange call) {
        call.cors().allow(() -> origins(call));
        if (!call.cors().fromAllowedPage()) {
            throw Refusal.of(Fault.FORBIDDEN, "cookie_without_origin");
        }
    }

    private static Set<String> origins(Exchange call) {
        return ClientOrigins.exact(OptedInClients.origins(call.session(), call.realm(), GatewayFactory.ID));
    }

    /** A browser drops a cookie that is too large without a word, and the user would be signed out for no reason to be seen. */
    private static void requireKept(Cookie cookie) {
        int size = cookie.name().length() + cookie.value().length();
        if (size > SignedCookie.LARGEST) {
            throw Refusal.badInput(
                    "The token makes a cookie of " + size + " bytes, and browsers keep " + SignedCookie.LARGEST,
                    "large_cookie");
        }
    }
}
