package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.Urls;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.DefaultClientSessionContext;
import org.keycloak.util.TokenUtil;

/**
 * Access and refresh token of a session that Keycloak keeps, lists and ends like any other: what a user gets who came in
 * without Keycloak's pages. They are ordinary tokens of the client (T3), so the client has to be narrow.
 */
public final class SessionTokens {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    /** @param client that the tokens are for */
    public SessionTokens(KeycloakSession session, RealmModel realm, ClientModel client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
    }

    /**
     * Tokens as they go to a user; lives in seconds.
     *
     * @param tokenType {@code Bearer}, or {@code DPoP} for one that is bound to a key (RFC 9449)
     */
    public record Issued(
            String accessToken, String refreshToken, String tokenType, long expiresIn, long refreshExpiresIn) {

        static Issued of(AccessTokenResponse response) {
            return new Issued(
                    response.getToken(),
                    response.getRefreshToken(),
                    response.getTokenType(),
                    response.getExpiresIn(),
                    response.getRefreshExpiresIn());
        }

        @Override
        public String toString() {
            return "Issued"; // tokens get into no log by accident
        }
    }

    /** A refresh token whose session lives. */
    public record Live(String token, UserModel user, UserSessionModel userSession) {

        public Optional<Voucher> voucher() {
            return Voucher.of(userSession);
        }

        @Override
        public String toString() {
            return "Live"; // tokens get into no log by accident
        }
    }

    /**
     * Starts a session of {@code user} and issues its tokens.
     *
     * @param address of the caller
     * @param method how the user came in, for the session's record
     * @param grant grant type whose shortcut the access token's {@code jti} carries
     * @param voucher on whose word
     * @param most sessions that the user may have with this client; the oldest beyond are ended. Calls at the same moment
     *     don't see each other: the next one ends what they left too many
     */
    public Issued start(UserModel user, String address, String method, String grant, Voucher voucher, int most) {
        // signer and mappers take their settings from the context's client
        session.getContext().setClient(client);
        UserSessionModel userSession = session.sessions()
                .createUserSession(
                        KeycloakModelUtils.generateId(),
                        realm,
                        user,
                        user.getUsername(),
                        address,
                        method,
                        false,
                        null,
                        null,
                        UserSessionModel.SessionPersistenceState.PERSISTENT);
        voucher.notes().forEach(userSession::setNote);
        ClientSessionContext context = clientSession(userSession);
        context.setAttribute(Constants.GRANT_TYPE, grant);
        TokenManager tokens = new TokenManager();
        AccessTokenResponse response = tokens.responseBuilder(
                        realm, client, new QuietEvents(realm, session), session, userSession, context)
                .accessToken(tokens.createClientAccessToken(session, realm, client, user, userSession, context, false))
                .generateRefreshToken()
                .build();
        new SessionLimit(session, realm, client).keepNewest(user, most - 1, userSession.getId());
        return Issued.of(response);
    }

    private ClientSessionContext clientSession(UserSessionModel userSession) {
        AuthenticatedClientSessionModel clientSession =
                session.sessions().createClientSession(realm, client, userSession);
        clientSession.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        clientSession.setNote(
                OIDCLoginProtocol.ISSUER,
                Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        // nobody authenticated the user here (T19)
        clientSession.setNote(Constants.LEVEL_OF_AUTHENTICATION, "0");
        clientSession.setTimestamp(userSession.getLastSessionRefresh());
        // openid is in the tokens' scope for userinfo's sake, and not in the session's note: a refresh would make an ID
        // token of it, which costs a signature and reaches nobody
        return DefaultClientSessionContext.fromClientSessionAndScopeParameter(
                clientSession, OAuth2Constants.SCOPE_OPENID, session);
    }

    /** The session of a refresh token of this client that is good for a refresh now; an offline token is not (T25). */
    public Optional<Live> live(String refreshToken) {
        session.getContext().setClient(client);
        return verified(refreshToken).flatMap(token -> {
            @Nullable UserSessionModel userSession = session.sessions().getUserSession(realm, token.getSessionId());
            return userSession == null || userSession.getUser() == null
                    ? Optional.empty()
                    : Optional.of(new Live(refreshToken, userSession.getUser(), userSession));
        });
    }

    /** Refreshes by Keycloak's own grant, so that rotation, client policies and session limits are its own. */
    public Optional<Issued> refresh(Live live) {
        session.getContext().setClient(client);
        MultivaluedHashMap<String, String> form = new MultivaluedHashMap<>();
        form.putSingle(OAuth2Constants.GRANT_TYPE, OAuth2Constants.REFRESH_TOKEN);
        form.putSingle(OAuth2Constants.REFRESH_TOKEN, live.token());
        OAuth2GrantType.Context context = new OAuth2GrantType.Context(
                session,
                OIDCAdvancedConfigWrapper.fromClientModel(client),
                Map.of(),
                form,
                new QuietEvents(realm, session),
                session.getProvider(Cors.class),
                new TokenManager());
        try {
            Object entity = session.getProvider(OAuth2GrantType.class, OAuth2Constants.REFRESH_TOKEN)
                    .process(context)
                    .getEntity();
            return entity instanceof AccessTokenResponse response ? Optional.of(Issued.of(response)) : Optional.empty();
        } catch (WebApplicationException e) {
            // Keycloak's way to say no; why is in its own log
            return Optional.empty();
        }
    }

    /**
     * Refreshes at Keycloak's own token endpoint, the client's authentication, DPoP proof and certificate included. A token
     * that is no refresh token of a session with a life of its own is refused (T25).
     */
    public Optional<Issued> refreshAtEndpoint(String refreshToken) {
        boolean refresh = refreshToken.length() <= TokenEndpointCall.LONGEST_VALUE
                && Issuers.unverified(refreshToken)
                        .filter(token -> TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType()))
                        .isPresent();
        if (!refresh) {
            return Optional.empty();
        }
        Map<String, String> form = Map.of(
                OAuth2Constants.GRANT_TYPE,
                OAuth2Constants.REFRESH_TOKEN,
                OAuth2Constants.CLIENT_ID,
                client.getClientId(),
                OAuth2Constants.REFRESH_TOKEN,
                refreshToken);
        return TokenEndpointCall.with(session, form, new HeldEvents(realm, session, started -> {}))
                .tokens()
                .filter(tokens -> tokens.getRefreshToken() != null)
                .map(Issued::of);
    }

    /**
     * Ends the session of a refresh token of this client, expired or not, and says whose it was. Having the token is enough
     * for that: one that is bound to a key or a certificate is taken without either.
     */
    public Optional<UserModel> end(String refreshToken) {
        session.getContext().setClient(client);
        Optional<UserSessionModel> userSession = signed(refreshToken)
                .flatMap(token -> Optional.ofNullable(session.sessions().getUserSession(realm, token.getSessionId()))
                        // of an earlier session under the same id it ends none (LogoutEndpoint.checkTokenIssuedAt)
                        .filter(found -> token.getIat() != null && token.getIat() + 1 >= found.getStarted()));
        Optional<UserModel> user = userSession.map(UserSessionModel::getUser);
        userSession.ifPresent(found -> AuthenticationManager.backchannelLogout(session, found, false));
        return user;
    }

    /** The token, whatever it is bound to and whether or not it has expired. */
    private Optional<RefreshToken> signed(String refreshToken) {
        String issuer = Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName());
        return Optional.ofNullable(session.tokens().decode(refreshToken, RefreshToken.class))
                .filter(token -> TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType()))
                .filter(token -> issuer.equals(token.getIssuer()))
                .filter(token -> client.getClientId().equals(token.getIssuedFor()))
                .filter(token -> token.getSessionId() != null);
    }

    private Optional<RefreshToken> verified(String refreshToken) {
        try {
            RefreshToken token = new TokenManager()
                    .verifyRefreshToken(
                            session, realm, client, session.getContext().getHttpRequest(), refreshToken, true);
            return TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType()) && token.getSessionId() != null
                    ? Optional.of(token)
                    : Optional.empty();
        } catch (OAuthErrorException e) {
            // whatever is wrong with it, it is no refresh token of this client
            return Optional.empty();
        }
    }
}
