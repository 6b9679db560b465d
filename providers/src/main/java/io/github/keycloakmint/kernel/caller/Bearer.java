package io.github.keycloakmint.kernel.caller;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.BearerToken;
import io.github.keycloakmint.kernel.limits.Limits;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** A user who calls with an access token. */
public final class Bearer {

    private Bearer() {}

    /**
     * The token of a full session. Puts user and client into the call's record.
     *
     * @throws Refusal 401 without a token that is good now, 403 for a token that was narrowed, minted or made for a service
     *     account
     */
    public static BearerToken ofFullSession(Exchange call) {
        BearerToken bearer = of(call);
        if (!bearer.ofFullSession(call.session())) {
            throw Refusal.of(Fault.FORBIDDEN, "not_a_full_session");
        }
        return bearer;
    }

    /**
     * Any token that is good now. Puts user and client into the call's record.
     *
     * @throws Refusal 401 without one, or beside another credential that is not good; 403 beside one of somebody else
     */
    public static BearerToken of(Exchange call) {
        if (call.headers(HttpHeaders.AUTHORIZATION).isEmpty()) {
            throw Refusal.bearer(Optional.of("Authorization header required"), false, "no_authorization");
        }
        if (call.headers(HttpHeaders.AUTHORIZATION).size() > 1) {
            // Keycloak takes the first (AppAuthManager), a proxy before it may have looked at the last
            throw Refusal.bearer(Optional.empty(), true, "two_authorizations");
        }
        BearerToken bearer = Limits.authenticated(call, () -> {
            OneIdentity others = OneIdentity.besideBearer(call);
            BearerToken good = BearerToken.of(call.session())
                    .orElseThrow(() -> BadToken.authorized(
                            call.headers(HttpHeaders.AUTHORIZATION).get(0), "bearer_token"));
            others.require(good);
            return good;
        });
        call.record().client(bearer.client().getClientId());
        call.record().user(bearer.user().getId());
        Limits.byClient(call, bearer.client().getClientId());
        return bearer;
    }
}
