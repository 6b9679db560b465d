package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;

/** Verifies a foreign token for a caller: what is wrong with it goes to the audit, the documented error to him. */
final class BelieveToken {

    private final Exchange call;
    private final VerifyExternalJwt verify;

    private BelieveToken(Exchange call, VerifyExternalJwt verify) {
        this.call = call;
        this.verify = verify;
    }

    static BelieveToken of(Exchange call) {
        return new BelieveToken(
                call, new VerifyExternalJwt(call.session(), call.realm(), new RealmTrusts(call.session())));
    }

    /** @throws Refusal with the error of the first check that failed */
    ForeignToken believe(String jwt, Expect expect) {
        try {
            return verified(jwt, expect);
        } catch (Rejection rejection) {
            throw Refusal.of(
                    rejection.check().error(), "token_" + rejection.check().word());
        }
    }

    /** @throws Rejection for endpoints with other errors */
    ForeignToken verified(String jwt, Expect expect) {
        if (!ProfileAttributes.guarded(call.session(), call.realm())) {
            throw Refusal.of(ExternalError.MISSING_KEYS, "off_in_realm");
        }
        return verify.verify(jwt, expect);
    }
}
