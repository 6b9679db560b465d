package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.Bearer;
import io.github.keycloakmint.kernel.caller.OneIdentity;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.keycloak.ClientOrigins;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;

/**
 * A token that a browser may keep in another form: of a session, for an account, or minted. Not one that is bound to a key or
 * a certificate, which is worth nothing without it; not a machine's: that of a service account or one made from an API key.
 *
 * @param text as it was sent
 */
record UserToken(BearerToken bearer, String text) {

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Set<String> MACHINES = Set.of("service_account", "api_key");

    /**
     * The one in {@code Authorization}.
     *
     * @throws Refusal 401 without one that is good now, 403 for one that a browser may not keep
     */
    static UserToken inHeader(Exchange call) {
        BearerToken bearer = Bearer.of(call);
        String header = call.headers(HttpHeaders.AUTHORIZATION).get(0).trim();
        return fit(call, bearer, BLANKS.split(header, 2)[1]);
    }

    /**
     * The one in {@code Authorization}, or without that header the one in the cookie of a page that is allowed by its exact
     * origin (T26).
     */
    static UserToken inHeaderOrCookie(Exchange call) {
        boolean explicit = !call.headers(HttpHeaders.AUTHORIZATION).isEmpty() || hasOthers(call);
        Optional<String> kept = explicit ? Optional.empty() : SignedCookie.token(call);
        if (kept.isEmpty()) {
            return inHeader(call);
        }
        UserToken token = BearerToken.of(call.session(), kept.get())
                .map(bearer -> fit(call, bearer, kept.get()))
                .orElseThrow(() -> Refusal.bearer(Optional.empty(), true, "cookie_token"));
        if (!call.cors().fromAllowedPage()) {
            throw Refusal.of(Fault.FORBIDDEN, "cookie_without_origin");
        }
        return token;
    }

    private static boolean hasOthers(Exchange call) {
        return Stream.of(ApiKeys.HEADER, OneIdentity.TOKEN_HEADER)
                .anyMatch(name -> !call.headers(name).isEmpty());
    }

    ClientModel client() {
        return bearer.client();
    }

    /** Seconds that it still lives. */
    long remaining() {
        return bearer.token().getExp() - Time.currentTime();
    }

    private static UserToken fit(Exchange call, BearerToken bearer, String text) {
        call.record().client(bearer.client().getClientId());
        call.record().user(bearer.user().getId());
        if (!GatewayClients.contain(bearer.client())) {
            throw Refusal.of(Fault.FORBIDDEN, "client_not_opted_in");
        }
        call.cors().allow(() -> ClientOrigins.of(call.session(), bearer.client()));
        if (bearer.token().getConfirmation() != null) {
            throw Refusal.of(Fault.FORBIDDEN, "bound_token");
        }
        if (MACHINES.contains(Identity.of(call.session(), bearer).kind())) {
            throw Refusal.of(Fault.FORBIDDEN, "machine_token");
        }
        return new UserToken(bearer, text);
    }

    @Override
    public String toString() {
        return "UserToken"; // tokens get into no log by accident
    }
}
