package io.github.keycloakmint.kernel.keycloak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.ErrorResponseException;
import org.keycloak.util.JsonSerialization;

/**
 * Keycloak's introspection of access tokens, with what bundle tokens need on top: their own objections, and the claims
 * that Keycloak would lose because it builds its answer from mappers alone.
 *
 * <p>A subclass, because Keycloak's account console casts the provider (AccountLoader).
 */
final class BundleIntrospection extends AccessTokenIntrospectionProvider<AccessToken> {

    private boolean organizationLeft;

    BundleIntrospection(KeycloakSession session) {
        super(session);
    }

    /**
     * Without the {@code jwt} that Keycloak adds for clients that may ask for it: a copy signed anew, with the asking
     * client's algorithm, has no seal and no wall around it, and comes even with the answer that a token is not active.
     */
    @Override
    public Response introspect(String tokenStr, EventBuilder event) {
        return KeyIntrospection.of(session, tokenStr, event).orElseGet(() -> introspectToken(tokenStr, event));
    }

    private Response introspectToken(String tokenStr, EventBuilder event) {
        Response answer = super.introspect(tokenStr, event);
        boolean ours =
                token != null && BundleTokens.grant(session, token.getId()).isPresent();
        if (!ours || !(answer.getEntity() instanceof byte[] body)) {
            return answer;
        }
        try {
            ObjectNode metadata = JsonSerialization.readValue(body, ObjectNode.class);
            return metadata.remove("jwt") == null
                    ? answer
                    : Response.fromResponse(answer)
                            .entity(JsonSerialization.writeValueAsBytes(metadata))
                            .build();
        } catch (IOException e) {
            throw new IllegalStateException("Keycloak's own introspection answer can't be read", e);
        }
    }

    /**
     * Keycloak's step for refresh tokens, empty for access tokens: it comes when user and session are known and before the
     * mappers run, which fail for an account that its user has left (T33).
     */
    @Override
    protected boolean verifyTokenReuse() {
        if (!super.verifyTokenReuse()) {
            return false;
        }
        Optional<String> objection = BundleTokens.grant(session, token.getId())
                .flatMap(grant -> BundleTokens.objection(session, grant, token, user));
        objection.ifPresent(this::inactive);
        return objection.isEmpty();
    }

    /** The last step. A token of an account that its user has left is refused here, where Keycloak fails (T33). */
    @Override
    protected boolean verifyAudience() {
        if (organizationLeft) {
            inactive("organization");
            // Keycloak puts a signed copy of it even into the answer that a token is not active
            transformedToken = null;
            return false;
        }
        return super.verifyAudience();
    }

    private void inactive(String reason) {
        eventBuilder.detail(Details.REASON, reason);
        eventBuilder.error(Errors.INVALID_TOKEN);
    }

    @Override
    public AccessToken transformAccessToken(AccessToken bearer, UserSessionModel userSession) {
        AccessToken transformed = mapped(bearer, userSession);
        BundleTokens.grant(session, bearer.getId()).ifPresent(grant -> {
            // mappers must not change at introspection what was decided at issuance (T4, T13, T19)
            transformed.subject(bearer.getSubject());
            transformed.issuedFor(bearer.getIssuedFor());
            transformed.audience(bearer.getAudience());
            transformed.setAcr(bearer.getAcr());
            transformed.setAuth_time(bearer.getAuth_time());
            transformed.setRealmAccess(bearer.getRealmAccess());
            // none would be written as an empty object
            transformed.setResourceAccess(bearer.getResourceAccess().isEmpty() ? null : bearer.getResourceAccess());
            transformed.setPreferredUsername(null);
            transformed.getOtherClaims().keySet().removeAll(BundleTokens.IDENTITY);
            transformed.getOtherClaims().keySet().removeAll(NarrowTokens.ROLES);
            transformed
                    .getOtherClaims()
                    .keySet()
                    .removeAll(RoleClaims.of(realm.getClientByClientId(bearer.getIssuedFor())));
            transformed.getOtherClaims().putAll(bearer.getOtherClaims());
            transformed.getOtherClaims().putAll(grant.live(session, bearer, user));
        });
        return transformed;
    }

    private AccessToken mapped(AccessToken bearer, UserSessionModel userSession) {
        try {
            return saysItsAccount(bearer)
                    ? ClaimMapper.withoutAccounts(session, () -> mappedWithoutOrganization(bearer, userSession))
                    : ClaimMapper.introspecting(session, bearer, () -> super.transformAccessToken(bearer, userSession));
        } catch (ClaimMapper.NoMore e) {
            organizationLeft = true;
            return bearer;
        } catch (ErrorResponseException e) {
            if (!leftOrganization(e)) {
                throw e;
            }
            organizationLeft = true;
            return bearer;
        }
    }

    /** Keycloak refuses a token of an organization that its subject is no member of, which the grant has judged already. */
    private AccessToken mappedWithoutOrganization(AccessToken bearer, UserSessionModel userSession) {
        @Nullable Object organization = bearer.getOtherClaims().remove(OAuth2Constants.ORGANIZATION);
        try {
            return super.transformAccessToken(bearer, userSession);
        } finally {
            if (organization != null) {
                bearer.setOtherClaims(OAuth2Constants.ORGANIZATION, organization);
            }
        }
    }

    private boolean saysItsAccount(AccessToken bearer) {
        return BundleTokens.grant(session, bearer.getId())
                .filter(BundleGrant::saysItsAccount)
                .isPresent();
    }

    /** TokenManager.validateSelectedOrganization's word. */
    static boolean leftOrganization(ErrorResponseException e) {
        return OAuthErrorException.INVALID_GRANT.equals(e.getError());
    }
}
