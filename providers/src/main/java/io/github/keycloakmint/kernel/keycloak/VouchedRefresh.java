package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.refresh.DefaultRefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.DefaultRefreshTokenProviderFactory;
import org.keycloak.protocol.oidc.refresh.InitialRefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;

/**
 * Refreshes of sessions that were started on an identity provider's word. Keycloak itself asks for user and session alone;
 * this asks the provider and the link as well, at the bundle's doors and at Keycloak's token endpoint (T25).
 */
class VouchedRefresh extends DefaultRefreshTokenProvider {

    VouchedRefresh(KeycloakSession session) {
        super(session);
    }

    /** First refresh tokens are Keycloak's own. */
    @Override
    public boolean supports(InitialRefreshTokenContext context) {
        return false;
    }

    @Override
    public boolean supports(RefreshTokenContext context) {
        return super.supports(context)
                && userSession(context).flatMap(Voucher::of).isPresent();
    }

    @Override
    public TokenManager.AccessTokenResponseBuilder refreshAccessToken(RefreshTokenContext context)
            throws OAuthErrorException {
        RealmModel realm = context.grantContext().getRealm();
        boolean broken = userSession(context)
                .filter(userSession -> Voucher.of(userSession)
                        .filter(voucher ->
                                userSession.getUser() == null || !voucher.holds(session, realm, userSession.getUser()))
                        .isPresent())
                .isPresent();
        if (broken) {
            // Keycloak's own words for a session that is over
            throw new OAuthErrorException(OAuthErrorException.INVALID_GRANT, "Session not active");
        }
        return super.refreshAccessToken(context);
    }

    /** Not one of verifiable credentials, which have a provider and checks of their own. */
    final boolean isKeycloaksOwn(RefreshTokenContext context) {
        String provider = context.oldRefreshToken().getProvider();
        return super.supports(context)
                && (provider == null || provider.equals(DefaultRefreshTokenProviderFactory.PROVIDER_ID));
    }

    private Optional<UserSessionModel> userSession(RefreshTokenContext context) {
        return Optional.ofNullable(context.oldRefreshToken().getSessionId()).map(id -> session.sessions()
                .getUserSession(context.grantContext().getRealm(), id));
    }
}
