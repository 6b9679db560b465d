package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.Details;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenExchangeContext;

/**
 * A room's token as Keycloak's token endpoint answers it (RFC 6749 section 5.1, RFC 8693 section 2.2.1). There is never a
 * refresh token or an ID token beside it.
 *
 * @param user whom it is about
 * @param members of the answer, beside those of the RFCs
 * @param details of the event
 */
public record TokenAnswer(
        NarrowTokens.Issued issued, UserModel user, Map<String, Object> members, Map<String, String> details) {

    Response response(TokenExchangeContext context) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(OAuth2Constants.ACCESS_TOKEN, issued.token());
        body.put(OAuth2Constants.ISSUED_TOKEN_TYPE, OAuth2Constants.ACCESS_TOKEN_TYPE);
        body.put(OAuth2Constants.TOKEN_TYPE, issued.type());
        body.put(OAuth2Constants.EXPIRES_IN, issued.expiresIn());
        issued.scope().ifPresent(scope -> body.put(OAuth2Constants.SCOPE, scope));
        body.putAll(members);
        context.getEvent().user(user);
        details.forEach(context.getEvent()::detail);
        context.getEvent().detail(Details.TOKEN_ID, issued.jti());
        context.getEvent().success();
        return context.getCors().add(Response.ok(body, MediaType.APPLICATION_JSON_TYPE));
    }
}
