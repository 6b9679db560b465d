package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.caller.AmbiguousCredentials;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.BadToken;
import io.github.keycloakmint.kernel.caller.OneIdentity;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import io.github.keycloakmint.kernel.limits.Limits;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one resolver of credentials (contract section 8): {@code Authorization: Bearer}, {@code X-API-KEY}, the header {@code
 * token}, {@code token=} in the query of an embed path, and, where none of these came, the signed cookie. Whatever comes has
 * to be good: a bad one is not made up for by another.
 */
final class Credentials {

    /** Characters; what is longer is no token of ours, and is not looked at. */
    private static final int LONGEST = 16_384;

    private final Exchange call;
    private final OriginalRequest original;
    /** By their texts: a proof (RFC 9449) is good once, and its token may stand in two places. */
    private @Nullable String authorized;

    private Credentials(Exchange call, OriginalRequest original) {
        this.call = call;
        this.original = original;
    }

    /** Who calls, and whether only a cookie says so. */
    record Shown(Identity identity, boolean byCookie) {}

    /**
     * @param original the request that the credentials came with
     * @throws Refusal 401 for none and for one that is not good now; 403 for two identities, a client that has not opted in, and
     *     a key over its limit
     */
    static Shown of(Exchange call, OriginalRequest original) {
        Credentials credentials = new Credentials(call, original);
        List<Identity> explicit = Limits.authenticated(call, credentials::explicit);
        if (explicit.isEmpty()) {
            return new Shown(credentials.cookie(), true);
        }
        Identity first = explicit.get(0);
        if (!explicit.stream().allMatch(first::same)) {
            throw Refusal.of(AmbiguousCredentials.AMBIGUOUS_CREDENTIALS, "two_identities");
        }
        return new Shown(first, false);
    }

    private List<Identity> explicit() {
        List<Identity> found = new ArrayList<>();
        authorization().ifPresent(found::add);
        one(ApiKeys.HEADER).map(this::key).ifPresent(found::add);
        one(OneIdentity.TOKEN_HEADER).filter(this::another).map(this::token).ifPresent(found::add);
        query().filter(this::another).map(this::token).ifPresent(found::add);
        return found;
    }

    private Optional<Identity> authorization() {
        Optional<String> sent = one(HttpHeaders.AUTHORIZATION);
        sent.ifPresent(header -> authorized = header.substring(header.indexOf(' ') + 1));
        return sent.map(header ->
                        BearerToken.of(call.session()).orElseThrow(() -> BadToken.authorized(header, "bearer_token")))
                .map(this::identity);
    }

    private boolean another(String text) {
        return !text.equals(authorized);
    }

    /** The one value of a header. It may be missing, but not empty, over-long or there twice. */
    private Optional<String> one(String header) {
        List<String> sent = call.headers(header);
        if (sent.size() > 1) {
            // a proxy before us may have looked at the other one
            throw refused("header_twice");
        }
        Optional<String> value = sent.stream().findFirst();
        if (value.filter(text -> text.isBlank() || text.length() > LONGEST).isPresent()) {
            throw refused("header_malformed");
        }
        return value;
    }

    private Identity key(String sent) {
        return ApiKeys.of(call.session())
                .show(call.realm(), sent, call.address())
                .as(
                        key -> {
                            Limits.byKey(call, key.id());
                            return optedIn(Identity.of(key));
                        },
                        limited -> {
                            throw limited.limit().refusal("key_limit");
                        },
                        bad -> {
                            throw refused(bad.reason());
                        });
    }

    private Identity token(String sent) {
        return BearerToken.of(call.session(), sent)
                .map(this::identity)
                .orElseThrow(() -> BadToken.refused(sent, "token"));
    }

    private Identity identity(BearerToken token) {
        return optedIn(Identity.of(call.session(), token));
    }

    /** T8: a token of some other client's, the admin console's above all, says nothing here. */
    private Identity optedIn(Identity identity) {
        call.record().client(identity.client().getClientId());
        call.record().put("userId", identity.user().getId());
        if (!GatewayClients.contain(identity.client())) {
            throw Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
        }
        Limits.byClient(call, identity.client().getClientId());
        return identity;
    }

    /** Empty outside of embed paths: there {@code token=} is the app's own word for something else. */
    private Optional<String> query() {
        if (original.tokens().isEmpty()) {
            return Optional.empty();
        }
        return EmbedPaths.of(call.realm()).among(original.path()).map(this::queryToken);
    }

    private String queryToken(RequestPath path) {
        String sent = original.tokens().get(0);
        if (original.tokens().size() > 1 || sent.isBlank() || sent.length() > LONGEST) {
            throw refused("query_token");
        }
        return EmbedTicket.isTicket(sent)
                ? EmbedTicket.redeem(call, sent, path).orElseThrow(() -> refused("ticket"))
                : sent;
    }

    /**
     * Browsers send it along whoever made them call: alone it is good for reading, or for a page that may call (T36). A page that
     * may not call reads nothing by it either: a WebSocket begins with a GET, and no same-origin rule stops it (RFC 6455
     * section 10.2). Browsers name the page there, and in no GET of a page of the app's own.
     */
    private Identity cookie() {
        String sent = SignedCookie.token(call)
                .filter(token -> token.length() <= LONGEST)
                .orElseThrow(() -> Refusal.bearer(Optional.of("Credentials required"), false, "no_credentials"));
        Identity identity = token(sent);
        boolean byNoPage = original.onlyReads() && call.headers("Origin").isEmpty();
        if (!byNoPage && !fromAllowedPage(identity)) {
            throw refused("cookie_alone");
        }
        return identity;
    }

    private boolean fromAllowedPage(Identity identity) {
        List<String> origins = call.headers("Origin");
        return origins.size() == 1
                && ClientOrigins.exact(call.session(), identity.client()).contains(origins.get(0));
    }

    private static Refusal refused(String cause) {
        return Refusal.bearer(Optional.empty(), true, cause);
    }
}
