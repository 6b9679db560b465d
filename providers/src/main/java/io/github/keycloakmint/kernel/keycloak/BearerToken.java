package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.http.DoorFactory;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.MtlsHoKTokenUtil;

/**
 * The access token of the {@code Authorization} header, after Keycloak's own checks of signature, type, issuer, life,
 * revocation, session, user, client, notBefore and DPoP proof (RFC 9449), and those of {@link BundleGrant}.
 *
 * @param user whose it is
 * @param client for which it was issued ({@code azp})
 * @param userSession that it belongs to; of a token without a session, one that is kept nowhere
 */
public record BearerToken(AccessToken token, UserModel user, ClientModel client, UserSessionModel userSession) {

    /** Empty for whatever is not accepted now, and where there is no such header or more than one. */
    public static Optional<BearerToken> of(KeycloakSession session) {
        List<String> sent = session.getContext().getRequestHeaders().getRequestHeader(HttpHeaders.AUTHORIZATION);
        if (sent == null || sent.size() != 1) {
            // Keycloak takes the first (AppAuthManager), a proxy before it may have looked at the last
            return Optional.empty();
        }
        return Optional.ofNullable(AppAuthManager.extractAuthorizationHeaderTokenOrReturnNull(
                        session.getContext().getRequestHeaders()))
                .map(AppAuthManager.AuthHeader::getToken)
                .flatMap(token -> checked(session, token));
    }

    /**
     * As {@link #of(KeycloakSession)}, for a token that was sent elsewhere than in {@code Authorization}: in another header, a
     * cookie, a query. One that is bound to a key is refused (RFC 9449 section 7.1: its proof comes with that header); one that
     * is bound to a certificate is good over its connection alone.
     */
    public static Optional<BearerToken> of(KeycloakSession session, String token) {
        return checked(session, token)
                .filter(found -> found.token().getConfirmation() == null
                        || found.token().getConfirmation().getKeyThumbprint() == null);
    }

    /**
     * True for the text of a signed token whose header names an algorithm. Keycloak asks for its name before anything else, and
     * fails where there is none (AuthenticationManager.verifyIdentityToken).
     */
    static boolean namesAlgorithm(String token) {
        try {
            @Nullable JWSHeader header = new JWSInput(token).getHeader();
            return header != null && header.getAlgorithm() != null;
        } catch (JWSInputException e) {
            return false;
        }
    }

    private static Optional<BearerToken> checked(KeycloakSession session, String token) {
        if (!namesAlgorithm(token)) {
            return Optional.empty();
        }
        try {
            AuthenticationManager.@Nullable AuthResult result = new AppAuthManager.BearerTokenAuthenticator(session)
                    .setTokenString(token)
                    .authenticate();
            return Optional.ofNullable(result)
                    .filter(found -> certificateFits(session, found.token()))
                    .filter(found -> holds(session, found))
                    .map(found -> new BearerToken(found.token(), found.user(), found.client(), found.session()));
        } catch (WebApplicationException e) {
            // Keycloak's way to say no
            return Optional.empty();
        }
    }

    /** What Keycloak does not know of the bundle's own tokens, as introspection asks it. */
    private static boolean holds(KeycloakSession session, AuthenticationManager.AuthResult found) {
        return BundleTokens.grant(session, found.token().getId())
                .flatMap(grant -> BundleTokens.objection(session, grant, found.token(), found.user())
                        .or(() -> grant.objectionAt(session, found.token(), DoorFactory.address(session))))
                .isEmpty();
    }

    /** Keycloak asks for the certificate of a bound token (RFC 8705) at its own endpoints, one by one. */
    private static boolean certificateFits(KeycloakSession session, AccessToken token) {
        return token.getConfirmation() == null
                || token.getConfirmation().getCertThumbprint() == null
                || MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
                        token, session.getContext().getHttpRequest(), session);
    }

    /**
     * True for the token of a session that somebody signed in to: no token of the bundle's own grants, none of a service
     * account, none without a session that Keycloak keeps.
     */
    public boolean ofFullSession(KeycloakSession session) {
        return BundleTokens.grant(session, token.getId()).isEmpty()
                && token.getSessionId() != null
                && !userSession.isOffline()
                && userSession.getPersistenceState() != UserSessionModel.SessionPersistenceState.TRANSIENT
                && user.getServiceAccountClientLink() == null;
    }

    /** Which of the bundle's grants made it, by the end of that grant's id; empty for Keycloak's own tokens. */
    public Optional<String> grant(KeycloakSession session) {
        return BundleTokens.grantId(session, token.getId()).map(id -> id.substring(BundleGrant.PREFIX.length()));
    }

    /** Its claims beside the registered ones, those that are answered as they are now among them (T33). */
    public Map<String, Object> liveClaims(KeycloakSession session) {
        Map<String, Object> claims = new HashMap<>(token.getOtherClaims());
        BundleTokens.grant(session, token.getId()).ifPresent(grant -> claims.putAll(grant.live(session, token, user)));
        return claims;
    }

    /** On whose word the session was started, where it was an identity provider's. */
    public Optional<Voucher> voucher() {
        return Voucher.of(userSession);
    }

    /** The realm of the session's context is the one that the token was checked in. */
    public RealmModel realm() {
        return userSession.getRealm();
    }

    @Override
    public String toString() {
        return "BearerToken"; // tokens get into no log by accident
    }
}
