package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.http.DoorFactory;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.services.CorsErrorResponseException;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.TokenExchangeRequestContext;

/** One call of Keycloak's token endpoint that shows a secret for {@link Redemption}. */
record RedeemingCall(TokenExchangeContext context, Redemption redemption) {

    private static final String ACCOUNT = "account_id";

    /** As subject of an exchange, whose client policies Keycloak has asked (TokenExchangeGrantType). */
    Response exchange(String subjectTokenType) {
        try {
            redemption.admit(context.getClient());
            ExchangeForm.require(context, subjectTokenType);
            return redeem(OAuth2Constants.SUBJECT_TOKEN, OAuthErrorException.INVALID_REQUEST);
        } catch (TokenRefused refused) {
            throw refused.thrown(context);
        }
    }

    /** By a grant of its own: to client policies it is the exchange that it could have been. */
    Response grant(String parameter) {
        try {
            context.getSession().clientPolicy().triggerOnEvent(new TokenExchangeRequestContext(context));
            redemption.admit(context.getClient());
            return redeem(parameter, OAuthErrorException.INVALID_GRANT);
        } catch (ClientPolicyException refused) {
            throw thrown(refused);
        } catch (TokenRefused refused) {
            throw refused.thrown(context);
        }
    }

    private Response redeem(String parameter, String refused) {
        String secret = ExchangeForm.value(context, parameter)
                .orElseThrow(
                        () -> TokenRefused.invalid("Missing form parameter: " + parameter, "missing_" + parameter));
        return redemption
                .redeem(new Redemption.Asked(
                        context.getClient(),
                        secret,
                        DoorFactory.address(context.getSession()),
                        ExchangeForm.value(context, ACCOUNT),
                        ExchangeForm.targets(context),
                        ExchangeForm.value(context, OAuth2Constants.SCOPE),
                        refused))
                .response(context);
    }

    /** As TokenExchangeGrantType says it. */
    private CorsErrorResponseException thrown(ClientPolicyException refused) {
        context.getEvent().detail(Details.REASON, Details.CLIENT_POLICY_ERROR);
        context.getEvent().detail(Details.CLIENT_POLICY_ERROR, refused.getError());
        context.getEvent().detail(Details.CLIENT_POLICY_ERROR_DETAIL, refused.getErrorDetail());
        context.getEvent().error(refused.getError());
        return new CorsErrorResponseException(
                context.getCors(), refused.getError(), refused.getErrorDetail(), refused.getErrorStatus());
    }

    /** Sees the call of a grant as an exchange. */
    static TokenExchangeContext of(OAuth2GrantType.Context grant) {
        return new TokenExchangeContext(
                grant.getSession(),
                grant.getFormParams(),
                grant.getCors(),
                grant.getRealm(),
                grant.getEvent(),
                grant.getClient(),
                grant.getClientConnection(),
                grant.getHeaders(),
                grant.getTokenManager(),
                Optional.ofNullable(grant.getClientAuthAttributes()).orElse(Map.of()));
    }
}
