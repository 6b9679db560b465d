package io.github.keycloakmint.kernel.keycloak;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.Attributes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuthErrorException;
import org.keycloak.common.ClientConnection;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.refresh.InitialRefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;
import org.keycloak.representations.RefreshToken;

/**
 * Refreshes of clients whose refresh tokens rotate (RFC 9700 section 4.14.2): each is good once, and one that comes again
 * ends its client's session. Keycloak's own rotation is a switch of the whole realm, compares times in seconds
 * (keycloak#50999), and serialises calls by sleeping. What a session's voucher demands is asked as well (T25).
 */
final class RotatingRefresh extends VouchedRefresh {

    private static final Logger LOG = Logger.getLogger(RotatingRefresh.class);

    /** Said once a minute, not at each refresh. */
    private static final Cache<String, Boolean> COMPLAINTS = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /** Keycloak's own, of the grant whose refresh tokens are another provider's (OID4VCIRefreshTokenProvider). */
    private static final String PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

    /** The refresh that this session does. */
    private @Nullable RefreshTurn turn;

    RotatingRefresh(KeycloakSession session) {
        super(session);
    }

    /** An offline token begins without a place: its session is copied from another one, notes and all, or is an old one. */
    @Override
    public boolean supports(InitialRefreshTokenContext context) {
        return !context.offlineTokenRequested()
                && !PRE_AUTHORIZED.equals(context.clientSessionCtx().getAttribute(Constants.GRANT_TYPE, String.class))
                && RefreshRotation.asked(
                        context.clientSessionCtx().getClientSession().getClient());
    }

    @Override
    public RefreshToken generateRefreshToken(InitialRefreshTokenContext context) {
        RefreshToken token = super.generateRefreshToken(context);
        String family = RefreshFamily.begin(context.clientSessionCtx().getClientSession());
        new RefreshPlace(family, token.getId(), 0).putInto(token);
        return token;
    }

    @Override
    public boolean supports(RefreshTokenContext context) {
        return isKeycloaksOwn(context)
                && RefreshRotation.asked(context.grantContext().getClient());
    }

    @Override
    public TokenManager.AccessTokenResponseBuilder refreshAccessToken(RefreshTokenContext context)
            throws OAuthErrorException {
        RealmModel realm = context.grantContext().getRealm();
        ClientModel client = context.grantContext().getClient();
        RefreshToken token = context.oldRefreshToken();
        // for the event of a refusal; Keycloak says so only of what it looks at itself
        context.grantContext()
                .getEvent()
                .session(token.getSessionId())
                .detail(Details.REFRESH_TOKEN_ID, token.getId())
                .detail(Details.REFRESH_TOKEN_SUB, token.getSubject());
        RefreshPlace place = RefreshPlace.of(token).orElseThrow(RotatingRefresh::unknown);
        // Keycloak's rule for the realm knows no leeway and comes on top of this one
        Duration leeway = realm.isRevokeRefreshToken() ? Duration.ZERO : leeway(client);
        RefreshTurn begun = new RefreshTurn(session, realm, client, token, place, leeway);
        begun.take();
        turn = begun;
        return super.refreshAccessToken(context);
    }

    private static Duration leeway(ClientModel client) throws OAuthErrorException {
        try {
            return RefreshRotation.of(client).map(RefreshRotation::leeway).orElse(Duration.ZERO);
        } catch (Attributes.BadAttribute e) {
            if (COMPLAINTS.asMap().putIfAbsent(client.getId() + ' ' + e.getMessage(), true) == null) {
                LOG.error(e.getMessage());
            }
            throw new OAuthErrorException(
                    OAuthErrorException.UNAUTHORIZED_CLIENT, "The client's settings allow no refresh");
        }
    }

    @Override
    protected TokenManager.TokenValidation validateToken(
            KeycloakSession session,
            UriInfo uri,
            ClientConnection connection,
            RealmModel realm,
            RefreshToken old,
            HttpHeaders headers,
            String scope,
            ClientModel client,
            TokenManager tokens,
            EventBuilder event)
            throws OAuthErrorException {
        TokenManager.TokenValidation validation =
                super.validateToken(session, uri, connection, realm, old, headers, scope, client, tokens, event);
        turn().judge(validation.clientSessionCtx.getClientSession());
        return validation;
    }

    @Override
    protected void afterRefreshTokenGenerated(
            RefreshTokenContext context, TokenManager.AccessTokenResponseBuilder answer) {
        super.afterRefreshTokenGenerated(context, answer);
        @Nullable RefreshToken successor = answer.getRefreshToken();
        if (successor != null) {
            AuthenticatedClientSessionModel clientSession =
                    answer.getClientSessionCtx().getClientSession();
            turn().finish(successor, clientSession);
        }
    }

    private RefreshTurn turn() {
        return Optional.ofNullable(turn).orElseThrow();
    }

    static OAuthErrorException unknown() {
        return new OAuthErrorException(OAuthErrorException.INVALID_GRANT, "Invalid refresh token");
    }
}
