package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Reply;

/** {@code POST …/mint/external/explain {userJwt}}: which check a token fails, and on what; a dry run (T24). */
final class ExplainResource {

    /** Needs {@code view-identity-providers}. Nothing is written, no {@code jti} used up, nothing fetched. */
    Reply explain(Exchange call) {
        call.admin().requireViewIdentityProviders();
        String userJwt = call.json().text("userJwt");
        return Reply.ok(
                new VerifyExternalJwt(call.session(), call.realm(), new RealmTrusts(call.session())).explain(userJwt));
    }
}
