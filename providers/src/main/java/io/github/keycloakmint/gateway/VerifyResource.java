package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;

/**
 * {@code /api/auth/verify}, whatever the method and whatever stands behind it: what nginx, Traefik, Caddy and Envoy ask before
 * they let a request through.
 */
final class VerifyResource {

    private final GatewaySettings settings;
    private final IdentityJwt jwt;

    VerifyResource(GatewaySettings settings) {
        this.settings = settings;
        this.jwt = new IdentityJwt(settings.jwtSeconds());
    }

    Reply verify(Exchange call) {
        call.record().quietly();
        Limits.byAddress(call);
        Identity identity = Credentials.of(call, OriginalRequest.asked(call)).identity();
        Demand demand = Demand.of(call.query());
        VerifyCredentials verifying = new VerifyCredentials(call.session(), call.realm(), settings, jwt);
        return new Reply(200, null, verifying.verify(identity, demand));
    }
}
