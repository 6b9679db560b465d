package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityBrokerException;
import org.keycloak.broker.provider.JWTAuthorizationGrantProvider;
import org.keycloak.crypto.Algorithm;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.JWTAuthorizationGrantValidationContext;

/**
 * An identity provider whose users are found by their federated identity, and nothing else.
 *
 * <p>Keycloak asks the class for that ({@code IdentityProviderTypeUtil}, capability USER_LINKING): in a realm that has no
 * provider of a class with it, {@code getUserByFederatedIdentity} finds nobody. Of the classes that count, the JWT
 * authorization grant's is the one that brings no login page, no broker endpoint and no token exchange with it. Its grant
 * at the token endpoint stays shut all the same: it has its own rules for tokens and its own memory of used ones, so that a
 * token could be used once there and once here (T23).
 */
public abstract class GrantRefusingProvider<C extends IdentityProviderModel>
        implements JWTAuthorizationGrantProvider<C> {

    private static final String REFUSAL = "The identity provider does not take part in the JWT authorization grant";

    /** {@code DefaultAlternativeLookupProvider} asks, so the grant doesn't even find this provider. */
    @Override
    public boolean isType(KeycloakSession session, IdentityProviderType type) {
        return type != IdentityProviderType.JWT_AUTHORIZATION_GRANT
                && JWTAuthorizationGrantProvider.super.isType(session, type);
    }

    @Override
    public BrokeredIdentityContext validateAuthorizationGrantAssertion(JWTAuthorizationGrantValidationContext assertion)
            throws IdentityBrokerException {
        throw new IdentityBrokerException(REFUSAL);
    }

    @Override
    public int getAllowedClockSkew() {
        return 0;
    }

    @Override
    public boolean isAssertionReuseAllowed() {
        return false;
    }

    @Override
    public List<String> getAllowedAudienceForJWTGrant() {
        return List.of();
    }

    @Override
    public int getMaxAllowedExpiration() {
        return 0;
    }

    @Override
    public String getAssertionSignatureAlg() {
        return Algorithm.RS256;
    }

    @Override
    public boolean isLimitAccessTokenExpiration() {
        return true;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
