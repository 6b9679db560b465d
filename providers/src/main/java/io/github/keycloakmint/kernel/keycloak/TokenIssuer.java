package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.OAuth2Constants;
import org.keycloak.TokenCategory;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.Algorithm;
import org.keycloak.events.EventType;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.services.Urls;
import org.keycloak.services.util.DefaultClientSessionContext;

/**
 * Makes a real Keycloak access token without a session of its own: mappers, keys, algorithm and post-processors are the
 * client's and the realm's. The session is transient, so nothing is written, and the token dies with its user, by
 * revocation, and by notBefore.
 */
public final class TokenIssuer {

    private TokenIssuer() {}

    /**
     * What to issue.
     *
     * @param grant id of the {@link BundleGrant} that the token belongs to
     * @param client for which client; it is the token's {@code azp} and decides algorithm and mappers
     * @param user the subject
     * @param address of the caller
     * @param audience the one audience, where the caller asked for one; else the client's mappers decide
     * @param claims further claims
     */
    public record Order(
            String grant,
            ClientModel client,
            UserModel user,
            String address,
            Life life,
            Width width,
            Optional<String> audience,
            Map<String, Object> claims) {}

    /**
     * How long a token lives.
     *
     * @param seconds empty: what the client's settings give
     * @param notAfter seconds since the epoch, whatever else was said
     */
    public record Life(Optional<Long> seconds, Optional<Long> notAfter) {

        public static Life of(long seconds) {
            return new Life(Optional.of(seconds), Optional.empty());
        }

        public static Life ofClient(Optional<Long> notAfter) {
            return new Life(Optional.empty(), notAfter);
        }

        private long ends(long now, long clients) {
            long asked = seconds.map(span -> now + span).orElse(clients);
            return notAfter.map(last -> Math.min(last, asked)).orElse(asked);
        }
    }

    /** How far a token reaches beside what is claimed in the order. */
    public enum Width {
        /** Userinfo takes it, and the client's mappers say what roles it names. */
        OF_CLIENT,
        /** For its audience alone: userinfo is no door for it (T4), and no role gets into it by a mapper (T7). */
        OF_AUDIENCE;

        private String scope() {
            // userinfo wants openid in the token's scope; no ID token is made, which would cost a second signature
            return this == OF_CLIENT ? OAuth2Constants.SCOPE_OPENID : "";
        }
    }

    /**
     * A token and what the ledger needs of it; times in seconds since the epoch. {@code type} is how it is presented, {@code
     * Bearer} or {@code DPoP}.
     */
    public record Issued(String token, String jti, long issuedAt, long expiresAt, String type, Optional<String> scope) {
        @Override
        public String toString() {
            return "Issued[" + jti + "]"; // the token itself gets into no log by accident
        }
    }

    public static Issued issue(KeycloakSession session, RealmModel realm, Order order) {
        // the signer takes its algorithm from the context's client
        session.getContext().setClient(order.client());
        TokenManager tokens = new TokenManager();
        UserSessionModel userSession = session.sessions()
                .createUserSession(
                        KeycloakModelUtils.generateId(),
                        realm,
                        order.user(),
                        order.user().getUsername(),
                        order.address(),
                        "mint",
                        false,
                        null,
                        null,
                        UserSessionModel.SessionPersistenceState.TRANSIENT);
        ClientSessionContext context = clientSession(session, realm, order, userSession);
        Supplier<AccessToken> made = () -> tokens.createClientAccessToken(
                session, realm, order.client(), order.user(), userSession, context, false);
        AccessToken token =
                order.width() == Width.OF_AUDIENCE ? ClaimMapper.withoutAccounts(session, made) : made.get();
        restrict(token, order);
        if (order.width() == Width.OF_AUDIENCE) {
            NarrowTokens.withoutRoles(token, order.client());
            SenderConstraint.certificate(session, order.client()).ifPresent(token::setConfirmation);
        }
        order.claims().forEach(token::setOtherClaims);
        QuietEvents events = new QuietEvents(realm, session);
        events.event(EventType.TOKEN_EXCHANGE);
        AccessTokenResponse response = tokens.responseBuilder(
                        realm, order.client(), events, session, userSession, context)
                .accessToken(token)
                .build();
        return new Issued(
                response.getToken(),
                token.getId(),
                token.getIat(),
                token.getExp(),
                response.getTokenType(),
                Optional.ofNullable(token.getScope()).filter(scope -> !scope.isBlank()));
    }

    private static ClientSessionContext clientSession(
            KeycloakSession session, RealmModel realm, Order order, UserSessionModel userSession) {
        AuthenticatedClientSessionModel clientSession =
                session.sessions().createClientSession(realm, order.client(), userSession);
        clientSession.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        clientSession.setNote(
                OIDCLoginProtocol.ISSUER,
                Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        clientSession.setNote(OAuth2Constants.SCOPE, order.width().scope());
        ClientSessionContext context = DefaultClientSessionContext.fromClientSessionAndScopeParameter(
                clientSession, order.width().scope(), session);
        // the token's jti carries the shortcut of this grant (T3)
        context.setAttribute(Constants.GRANT_TYPE, order.grant());
        return context;
    }

    private static void restrict(AccessToken token, Order order) {
        long now = Time.currentTimeSeconds();
        token.iat(now);
        // the client's own lifespan setting is capped at the realm's session maximum, so it can't give 30 days
        token.exp(order.life().ends(now, token.getExp()));
        // a transient session's id means nothing to anybody
        token.setSessionId(null);
        // what a token is about and who may use it is decided here, not by a mapper on the caller's client (T13)
        token.subject(order.user().getId());
        token.issuedFor(order.client().getClientId());
        // Keycloak falls back to it when the subject is gone, and names can be taken again (T6)
        token.setPreferredUsername(null);
        token.getOtherClaims().keySet().removeAll(BundleTokens.IDENTITY);
        // nobody authenticated the user here (T19)
        token.setAcr("0");
        order.audience().ifPresent(audience -> token.audience(audience));
    }

    /** How a client's access tokens are signed, as far as it matters to the bundle. */
    public enum Signing {
        /** Checked by the realm alone. */
        HS256,
        /** Checked by anybody with the realm's public keys. */
        ASYMMETRIC,
        /** Nothing that the bundle issues tokens with. */
        OTHER
    }

    /** HS384 and HS512 are {@code OTHER}: with HS512 the realm signs its internal tokens. */
    public static Signing signing(KeycloakSession session, ClientModel client) {
        session.getContext().setClient(client);
        String algorithm = session.tokens().signatureAlgorithm(TokenCategory.ACCESS);
        if (algorithm.equals(Algorithm.HS256)) {
            return Signing.HS256;
        }
        return algorithm.matches("(RS|PS|ES)\\d{3}|EdDSA") ? Signing.ASYMMETRIC : Signing.OTHER;
    }
}
