package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.limits.Limits;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.keycloak.events.EventType;

/**
 * {@code POST /api/auth/token-for-email}. From server to server: no CORS header is ever sent, so browsers keep their
 * scripts away.
 */
final class TokenForEmailResource {

    private final MintSettings settings;
    private final MintCallers callers;

    TokenForEmailResource(MintSettings settings) {
        this.settings = settings;
        this.callers = new MintCallers(settings);
    }

    Reply mint(Exchange call) {
        begin(call.record());
        Limits.byAddress(call);
        MintCaller caller = Limits.authenticatedBySecret(call, () -> callers.require(call));
        MintRealm realm = MintRealm.of(call.session(), call.realm())
                .orElseThrow(() -> Refusal.of(MintError.UNAUTHORIZED, "off_in_realm"));
        Limits.byCaller(call, caller.client().getClientId());
        TokenForEmailRequest request = TokenForEmailRequest.of(call.json());
        Limits.byTarget(call, request.email());
        MintedToken minted =
                new MintToken(call.session(), call.realm(), settings, realm).mint(caller, request, call.record());
        return Reply.ok(minted);
    }

    /** Every line has every documented field, known or not, so that alerting can rely on them. */
    private static void begin(CallRecord record) {
        record.event(EventType.TOKEN_EXCHANGE);
        List.of("caller", "targetEmail", "targetUserId", "targetRole", "platformId", "reason", "jti")
                .forEach(field -> record.put(field, null));
        record.put("issuedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
