package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.ErrorResponseException;

/**
 * Keycloak's introspection of requesting party tokens. A bundle token is none, and asking for one by {@code
 * token_type_hint} must be no way around {@link BundleIntrospection}.
 */
final class BundleRptIntrospection extends RPTIntrospectionProvider {

    private boolean organizationLeft;

    BundleRptIntrospection(KeycloakSession session) {
        super(session);
    }

    /** What is hinted at as one may be an API key. */
    @Override
    public Response introspect(String tokenStr, EventBuilder event) {
        return KeyIntrospection.of(session, tokenStr, event).orElseGet(() -> super.introspect(tokenStr, event));
    }

    @Override
    protected boolean introspectionChecks(String tokenStr) {
        if (!super.introspectionChecks(tokenStr)) {
            return false;
        }
        if (BundleTokens.grant(session, token.getId()).isEmpty()) {
            return true;
        }
        eventBuilder.error(Errors.INVALID_TOKEN_TYPE);
        return false;
    }

    /** As in {@link BundleIntrospection}, whatever the hint says (T33). */
    @Override
    public AccessToken transformAccessToken(AccessToken bearer, UserSessionModel userSession) {
        try {
            return ClaimMapper.introspecting(session, bearer, () -> super.transformAccessToken(bearer, userSession));
        } catch (ClaimMapper.NoMore e) {
            organizationLeft = true;
            return bearer;
        } catch (ErrorResponseException e) {
            if (!BundleIntrospection.leftOrganization(e)) {
                throw e;
            }
            organizationLeft = true;
            return bearer;
        }
    }

    @Override
    protected boolean verifyAudience() {
        if (organizationLeft) {
            eventBuilder.error(Errors.INVALID_TOKEN);
        }
        return !organizationLeft && super.verifyAudience();
    }
}
