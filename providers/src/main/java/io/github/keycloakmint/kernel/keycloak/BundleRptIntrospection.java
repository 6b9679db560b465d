package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;

/**
 * Keycloak's introspection of requesting party tokens. A bundle token is none, and asking for one by {@code
 * token_type_hint} must be no way around {@link BundleIntrospection}.
 */
final class BundleRptIntrospection extends RPTIntrospectionProvider {

    BundleRptIntrospection(KeycloakSession session) {
        super(session);
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
}
