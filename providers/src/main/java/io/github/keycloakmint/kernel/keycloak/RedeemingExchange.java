package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;

/**
 * Token exchange (RFC 8693) at Keycloak's token endpoint for subject tokens that are none of Keycloak's, which their type
 * says. Keycloak authenticates the client, runs its client policies and sends the event.
 */
final class RedeemingExchange implements TokenExchangeProvider {

    private final String subjectTokenType;
    private final Redemption redemption;

    RedeemingExchange(String subjectTokenType, Redemption redemption) {
        this.subjectTokenType = subjectTokenType;
        this.redemption = redemption;
    }

    @Override
    public boolean supports(TokenExchangeContext context) {
        return redemption.offered()
                && subjectTokenType.equals(context.getParams().getSubjectTokenType());
    }

    @Override
    public Response exchange(TokenExchangeContext context) {
        return new RedeemingCall(context, redemption).exchange(subjectTokenType);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
