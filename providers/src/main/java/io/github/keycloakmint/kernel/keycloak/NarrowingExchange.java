package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.VerificationException;
import org.keycloak.events.Details;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.dpop.DPoP;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.GrantTypeEndpointRestrictionValidator;
import org.keycloak.services.util.DPoPUtil;
import org.keycloak.services.util.MtlsHoKTokenUtil;
import org.keycloak.util.TokenUtil;

/**
 * Token exchange (RFC 8693) at Keycloak's token endpoint that turns the access token of a full session into a narrower one.
 * Keycloak authenticates the client, runs its client policies and sends the event; this checks the subject token as
 * Keycloak's own exchange does (StandardTokenExchangeProvider); a room decides what comes out. No refresh token, ID token
 * or session is ever made.
 */
public abstract class NarrowingExchange implements TokenExchangeProvider {

    private final KeycloakSession session;
    private final String parameter;

    /** @param parameter of the form whose presence asks for this exchange */
    protected NarrowingExchange(KeycloakSession session, String parameter) {
        this.session = session;
        this.parameter = parameter;
    }

    /**
     * What is asked for.
     *
     * @param client that asks
     * @param subject the token that it shows
     * @param value of the form's parameter that asked for this exchange
     * @param targets every value of {@code audience} and {@code resource} (RFC 8707)
     */
    public record Asked(
            ClientModel client, BearerToken subject, String value, List<String> targets, Optional<String> scope) {}

    /** True while this exchange is to be had at all; else Keycloak's own is asked. */
    protected abstract boolean offered();

    /** @throws TokenRefused when {@code client} is none that may ask */
    protected abstract void admit(ClientModel client);

    /** @throws TokenRefused when there is no such token for the subject */
    protected abstract TokenAnswer narrow(Asked asked);

    @Override
    public final boolean supports(TokenExchangeContext context) {
        return offered() && context.getFormParams().containsKey(parameter);
    }

    @Override
    public final Response exchange(TokenExchangeContext context) {
        try {
            return narrow(asked(context)).response(context);
        } catch (TokenRefused refused) {
            throw refused.thrown(context);
        }
    }

    private Asked asked(TokenExchangeContext context) {
        admit(context.getClient());
        ExchangeForm.require(context, OAuth2Constants.ACCESS_TOKEN_TYPE);
        BearerToken subject = subject(context);
        return new Asked(
                context.getClient(),
                subject,
                Optional.ofNullable(context.getFormParams().getFirst(parameter)).orElse(""),
                ExchangeForm.targets(context),
                ExchangeForm.value(context, OAuth2Constants.SCOPE));
    }

    private BearerToken subject(TokenExchangeContext context) {
        ClientModel client = context.getClient();
        BearerToken subject =
                verified(context).orElseThrow(() -> TokenRefused.invalid("Invalid token", "subject_token"));
        context.getEvent().user(subject.user()).session(subject.userSession());
        context.getEvent()
                .detail(Details.SUBJECT_TOKEN_CLIENT_ID, subject.token().getIssuedFor());
        boolean own = client.getClientId().equals(subject.token().getIssuedFor());
        if (!own && !subject.token().hasAudience(client.getClientId())) {
            throw new TokenRefused(
                    403, "access_denied", "Client is not within the token audience", "client_not_in_audience");
        }
        if (!subject.ofFullSession(session)) {
            throw TokenRefused.invalid("Invalid token", "not_a_full_session");
        }
        if (!keyShown(subject.token(), own)) {
            throw TokenRefused.invalid("The token's key was not shown", "sender_constraint");
        }
        if (!own && !Consents.given(session, subject.user(), client)) {
            throw new TokenRefused(403, "access_denied", "The user has not consented", "consent");
        }
        return subject;
    }

    private Optional<BearerToken> verified(TokenExchangeContext context) {
        @Nullable String token = context.getParams().getSubjectToken();
        if (token == null || !BearerToken.namesAlgorithm(token)) {
            return Optional.empty();
        }
        AuthenticationManager.@Nullable AuthResult result = AuthenticationManager.verifyIdentityToken(
                session,
                context.getRealm(),
                session.getContext().getUri(),
                context.getClientConnection(),
                true,
                true,
                null,
                false,
                token,
                context.getHeaders(),
                verifier -> verifier.tokenType(List.of(TokenUtil.TOKEN_TYPE_BEARER, TokenUtil.TOKEN_TYPE_DPOP))
                        .withChecks(GrantTypeEndpointRestrictionValidator.check(session)));
        // it has put the token's client into the context
        session.getContext().setClient(context.getClient());
        return Optional.ofNullable(result)
                .map(found -> new BearerToken(found.token(), found.user(), found.client(), found.session()));
    }

    /** A bound token is exchanged by the client that it was issued to, and with its key (RFC 7800, RFC 8705, RFC 9449). */
    private boolean keyShown(AccessToken token, boolean own) {
        AccessToken.@Nullable Confirmation key = token.getConfirmation();
        if (key == null) {
            return true;
        }
        if (!own
                || (key.getCertThumbprint() != null
                        && !MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
                                token, session.getContext().getHttpRequest(), session))) {
            return false;
        }
        try {
            // the token endpoint has checked the proof
            @Nullable DPoP proof = session.getAttribute(DPoPUtil.DPOP_SESSION_ATTRIBUTE, DPoP.class);
            if (key.getKeyThumbprint() != null) {
                if (proof == null) {
                    return false;
                }
                DPoPUtil.validateBinding(token, proof);
            }
            return true;
        } catch (VerificationException e) {
            return false;
        }
    }

    @Override
    public void close() {
        // holds nothing
    }
}
