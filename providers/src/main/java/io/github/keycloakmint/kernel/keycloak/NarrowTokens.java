package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.DefaultClientSessionContext;
import org.keycloak.services.util.UserSessionUtil;

/**
 * Makes an access token for one audience out of the access token of a session. It hangs on that session, so it goes with
 * sign-out, user, client and notBefore as its parent does, and it names its parent, whose revocation is its own (T5). Nothing
 * is written.
 */
public final class NarrowTokens {

    /** The parent's {@code jti}. */
    static final String PARENT = "pjti";
    /** The parent's client, where it is another one. */
    static final String PARENT_CLIENT = "pazp";

    /** Where Keycloak's role mappers write by name (T7). */
    static final Set<String> ROLES = Set.of("realm_access", "resource_access");

    private NarrowTokens() {}

    /**
     * What to issue.
     *
     * @param grant id of the {@link BundleGrant} that the token belongs to
     * @param client for which client; it is the token's {@code azp} and decides algorithm, life and mappers
     * @param parent whose session the token hangs on; it ends with it at the latest
     * @param audience the one audience
     * @param claims further claims
     */
    public record Order(
            String grant, ClientModel client, BearerToken parent, String audience, Map<String, Object> claims) {}

    /**
     * A token; {@code type} is how it is presented, {@code Bearer} or {@code DPoP}; life in seconds; {@code scope} as the token
     * says it.
     */
    public record Issued(String token, String jti, String type, long expiresIn, Optional<String> scope) {
        @Override
        public String toString() {
            return "Issued[" + jti + "]"; // the token itself gets into no log by accident
        }
    }

    public static Issued issue(KeycloakSession session, Order order) {
        RealmModel realm = order.parent().realm();
        // the signer takes its algorithm from the context's client
        session.getContext().setClient(order.client());
        AuthenticatedClientSessionModel clientSession = clientSession(session, realm, order);
        UserSessionModel userSession = clientSession.getUserSession();
        // the client's default scopes alone: without openid, userinfo is no door for the token (T4)
        ClientSessionContext context =
                DefaultClientSessionContext.fromClientSessionAndScopeParameter(clientSession, "", session);
        // the token's jti carries the shortcut of this grant (T3)
        context.setAttribute(Constants.GRANT_TYPE, order.grant());
        TokenManager tokens = new TokenManager();
        AccessToken token = tokens.createClientAccessToken(
                session, realm, order.client(), order.parent().user(), userSession, context, false);
        narrow(token, order);
        QuietEvents events = new QuietEvents(realm, session);
        events.event(EventType.TOKEN_EXCHANGE);
        AccessTokenResponse response = tokens.responseBuilder(
                        realm, order.client(), events, session, userSession, context)
                .accessToken(token)
                .build();
        return new Issued(
                response.getToken(),
                token.getId(),
                response.getTokenType(),
                response.getExpiresIn(),
                Optional.ofNullable(token.getScope()).filter(scope -> !scope.isBlank()));
    }

    /**
     * The client's own in the parent's session; for a client that has none there, one that is kept nowhere, as Keycloak's
     * own exchange makes it: the token's {@code jti} says so, and Keycloak asks for the user session alone.
     */
    private static AuthenticatedClientSessionModel clientSession(
            KeycloakSession session, RealmModel realm, Order order) {
        UserSessionModel userSession = order.parent().userSession();
        @Nullable
        AuthenticatedClientSessionModel own =
                userSession.getAuthenticatedClientSessionByClient(order.client().getId());
        if (own != null && AuthenticationManager.isClientSessionValid(realm, order.client(), userSession, own)) {
            return own;
        }
        AuthenticatedClientSessionModel passing = session.sessions()
                .createClientSession(
                        realm, order.client(), UserSessionUtil.createTransientUserSession(session, userSession));
        passing.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        passing.setNote(
                OIDCLoginProtocol.ISSUER,
                Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        return passing;
    }

    private static void narrow(AccessToken token, Order order) {
        AccessToken parent = order.parent().token();
        token.exp(Math.min(token.getExp(), parent.getExp()));
        // what a token is about and who may use it is decided here, not by a mapper on the client (T13)
        token.subject(order.parent().user().getId());
        token.issuedFor(order.client().getClientId());
        token.audience(order.audience());
        token.setSessionId(parent.getSessionId());
        token.setNonce(null);
        token.setPreferredUsername(null);
        token.getOtherClaims().keySet().removeAll(BundleTokens.IDENTITY);
        withoutRoles(token, order.client());
        // how the user was authenticated is what it was
        token.setAcr(parent.getAcr());
        token.setAuth_time(parent.getAuth_time());
        if (parent.getConfirmation() != null) {
            // who can't show the parent's key can't use this one either (RFC 7800)
            token.setConfirmation(parent.getConfirmation());
            token.type(parent.getType());
        }
        order.claims().forEach(token::setOtherClaims);
        token.setOtherClaims(PARENT, parent.getId());
        if (!order.client().getClientId().equals(parent.getIssuedFor())) {
            token.setOtherClaims(PARENT_CLIENT, parent.getIssuedFor());
        }
    }

    /** Takes out what mappers of {@code client} wrote of the user's roles, groups and organizations (T7). */
    static void withoutRoles(AccessToken token, ClientModel client) {
        token.setRealmAccess(null);
        token.setResourceAccess(null);
        token.getOtherClaims().keySet().removeAll(ROLES);
        token.getOtherClaims().keySet().removeAll(RoleClaims.of(client));
    }

    /** Why the parent of {@code token} is not accepted any more, as far as Keycloak's checks of the token don't tell. */
    public static Optional<String> orphaned(KeycloakSession session, AccessToken token) {
        if (!(token.getOtherClaims().get(PARENT) instanceof String parent)
                || session.revokedTokens().contains(parent)) {
            return Optional.of("parent_revoked");
        }
        return token.getOtherClaims().get(PARENT_CLIENT) instanceof String clientId
                        && !parentClientHolds(session, token, clientId)
                ? Optional.of("parent_client")
                : Optional.empty();
    }

    /** Of another client than the token's, which Keycloak's own checks don't ask for. */
    private static boolean parentClientHolds(KeycloakSession session, AccessToken token, String clientId) {
        RealmModel realm = session.getContext().getRealm();
        @Nullable ClientModel client = realm.getClientByClientId(clientId);
        @Nullable UserSessionModel userSession = session.sessions().getUserSession(realm, token.getSessionId());
        return client != null
                && client.isEnabled()
                && token.getIat() >= client.getNotBefore()
                && userSession != null
                && userSession.getAuthenticatedClientSessionByClient(client.getId()) != null;
    }
}
