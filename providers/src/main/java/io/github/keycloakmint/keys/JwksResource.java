package io.github.keycloakmint.keys;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.PublicKeys;
import io.github.keycloakmint.kernel.limits.Limits;
import jakarta.ws.rs.core.HttpHeaders;

/** {@code GET /.well-known/jwks.json}. */
final class JwksResource {

    private final JwksSettings settings;

    JwksResource(JwksSettings settings) {
        this.settings = settings;
    }

    Reply get(Exchange call) {
        call.record().quietly();
        call.cors().open();
        Limits.byAddress(call);
        KeySet keys = KeySet.of(PublicKeys.of(call.session(), call.realm()), settings.maxAge());
        return keys.unlessKnown(call.headers(HttpHeaders.IF_NONE_MATCH));
    }
}
