package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import java.util.Map;

/**
 * {@code /api/auth/verify}, whatever the method and whatever stands behind it: what nginx, Traefik, Caddy and Envoy ask before
 * they let a request through.
 */
final class VerifyResource {

    private final GatewaySettings settings;
    private final KeptRights kept;
    private final IdentityJwt jwt;

    VerifyResource(GatewaySettings settings, KeptRights kept) {
        this.settings = settings;
        this.kept = kept;
        this.jwt = new IdentityJwt(settings.jwtSeconds());
    }

    Reply verify(Exchange call) {
        OriginalRequest original = about(call);
        Identity identity = Credentials.of(call, original).identity();
        return answer(call, identity, Demand.of(call.query()));
    }

    /**
     * As Envoy asks with a path_prefix: behind the address that was set stand path and query of the request itself. So nothing
     * of it is the proxy's demand, and there is none: whoever makes somebody follow a link would choose in which account, and for
     * which app, he acts.
     */
    Reply verifyBelow(Exchange call) {
        OriginalRequest original = about(call);
        Identity identity = Credentials.of(call, original).identity();
        return answer(call, identity, Demand.NOTHING);
    }

    private static OriginalRequest about(Exchange call) {
        call.record().quietly();
        Limits.byAddress(call);
        return OriginalRequest.asked(call);
    }

    private Reply answer(Exchange call, Identity identity, Demand demand) {
        VerifyCredentials verifying = new VerifyCredentials(call.session(), call.realm(), settings, kept, jwt);
        // a body, since Keycloak makes 500 of a 200 without a content type (DefaultSecurityHeadersProvider)
        return new Reply(200, Map.of(), verifying.verify(identity, demand));
    }
}
