package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.PathSegment;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Errors;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.CorsErrorResponseException;

/**
 * The grant type that marks a kind of bundle token. Its shortcut stands in every such token's {@code jti}, and Keycloak
 * asks {@link #isTokenAllowed} wherever it takes a bearer token: admin REST, account REST, UMA, broker tokens
 * (GrantTypeEndpointRestrictionValidator). What it doesn't ask is closed elsewhere: client registration by {@link
 * GuardedRegistration}.
 */
public abstract class BundleGrant implements OAuth2GrantType {

    /** How the id of every grant of the bundle starts; it is how its tokens are told from others. */
    public static final String PREFIX = "urn:keycloak-mint:params:oauth:grant-type:";

    /**
     * Why a token of this kind, valid as it is, is not accepted any more; a short word for the log. Asked at every
     * introspection and by the bundle's own doors.
     */
    public abstract Optional<String> objection(KeycloakSession session, AccessToken token, UserModel user);

    /**
     * Why a token of this kind is not accepted from {@code address} (T9). Asked by the bundle's own doors, which know the
     * caller's; at introspection it would be that of the server that asks.
     */
    public Optional<String> objectionAt(KeycloakSession session, AccessToken token, String address) {
        return Optional.empty();
    }

    /** True when a mass revocation covers a token of this kind (T20). */
    public abstract boolean withdrawn(KeycloakSession session, String clientId, String userId, long issuedAt);

    /**
     * Claims of a token of this kind that introspection answers as they are now, not as they were at issuance. Asked only
     * where there was no {@link #objection}.
     */
    public Map<String, Object> live(KeycloakSession session, AccessToken token, UserModel user) {
        return Map.of();
    }

    /**
     * True where mappers have nothing to say about accounts: whatever they would find out from the user's memberships, the
     * token's own claims take its place.
     */
    public boolean saysItsAccount() {
        return false;
    }

    /** The paths at which Keycloak may take a token of ours as a bearer token: the bundle's own, and no others (T3). */
    @Override
    public final boolean isTokenAllowed(KeycloakSession session, AccessToken token) {
        List<String> path = session.getContext().getUri().getPathSegments().stream()
                .map(PathSegment::getPath)
                .toList();
        return (path.size() > 3
                        && path.get(0).equals("realms")
                        && path.get(1).equals(session.getContext().getRealm().getName())
                        && path.get(2).equals("api"))
                || (path.size() > 1 && path.get(0).equals("api"));
    }

    /**
     * What the token endpoint takes for this grant.
     *
     * @param parameter of the form that holds the secret
     */
    public record Redeemed(String parameter, Redemption redemption) {}

    /** Empty: the token endpoint is no door to this grant. */
    protected Optional<Redeemed> redeemed(KeycloakSession session) {
        return Optional.empty();
    }

    /** A grant gets no further than this by itself: what it has a door for goes the way of the bundle's exchanges. */
    @Override
    public final Response process(Context context) {
        return redeemed(context.getSession())
                .filter(door -> door.redemption().offered())
                .map(door -> new RedeemingCall(RedeemingCall.of(context), door.redemption()).grant(door.parameter()))
                .orElseThrow(() -> unsupported(context));
    }

    private static CorsErrorResponseException unsupported(Context context) {
        context.getEvent().error(Errors.NOT_ALLOWED);
        return new CorsErrorResponseException(
                context.getCors(),
                OAuthErrorException.UNSUPPORTED_GRANT_TYPE,
                "Unsupported grant_type",
                Response.Status.BAD_REQUEST);
    }

    @Override
    public EventType getEventType() {
        return EventType.TOKEN_EXCHANGE;
    }

    /**
     * Parameters that may be as long as a token. None is: a key has some sixty characters, and what is longer than Keycloak's
     * ordinary limit for a parameter is refused by it before it comes here.
     */
    @Override
    public Set<String> getTokenParameterNames() {
        return Set.of();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
