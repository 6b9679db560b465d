package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.services.CorsErrorResponseException;

/**
 * Refuses bundle tokens as subject or actor of a token exchange. Keycloak's exchange would turn one into an ordinary token
 * of a client in its audience, free of every restriction: without this, a minted token of an administrator reaches admin
 * REST by way of a full-scope client (T3, T5).
 */
final class BundleExchange implements TokenExchangeProvider {

    private final KeycloakSession session;

    BundleExchange(KeycloakSession session) {
        this.session = session;
    }

    /** The first provider that says yes decides, so this one says yes to what it refuses. */
    @Override
    public boolean supports(TokenExchangeContext context) {
        return bundleToken(context.getParams().getSubjectToken())
                || bundleToken(context.getParams().getActorToken());
    }

    private boolean bundleToken(@Nullable String token) {
        return token != null && BundleTokens.claimsToBe(session, token);
    }

    @Override
    public Response exchange(TokenExchangeContext context) {
        context.getEvent().error(Errors.INVALID_TOKEN);
        throw new CorsErrorResponseException(
                context.getCors(), OAuthErrorException.INVALID_REQUEST, "Invalid token", Response.Status.BAD_REQUEST);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
