package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.VerificationException;
import org.keycloak.events.Details;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.dpop.DPoP;
import org.keycloak.services.CorsErrorResponseException;
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

    /**
     * @param members of the answer, beside those of RFC 8693 section 2.2.1
     * @param details of the event
     */
    public record Answered(NarrowTokens.Issued issued, Map<String, Object> members, Map<String, String> details) {}

    /** An OAuth error on its way to the client; {@code cause} is for the event. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String error;
        private final String text;

        public Refused(int status, String error, String text, String cause) {
            super(cause, null, false, false);
            this.status = status;
            this.error = error;
            this.text = text;
        }
    }

    /** True while this exchange is to be had at all; else Keycloak's own is asked. */
    protected abstract boolean offered();

    /** @throws Refused when {@code client} is none that may ask */
    protected abstract void admit(ClientModel client);

    /** @throws Refused when there is no such token for the subject */
    protected abstract Answered narrow(Asked asked);

    @Override
    public final boolean supports(TokenExchangeContext context) {
        return offered() && context.getFormParams().containsKey(parameter);
    }

    @Override
    public final Response exchange(TokenExchangeContext context) {
        try {
            return answer(context, narrow(asked(context)));
        } catch (Refused refused) {
            context.getEvent().detail(Details.REASON, refused.getMessage());
            context.getEvent().error(refused.error);
            throw new CorsErrorResponseException(
                    context.getCors(), refused.error, refused.text, Response.Status.fromStatusCode(refused.status));
        }
    }

    private Asked asked(TokenExchangeContext context) {
        admit(context.getClient());
        requireForm(context);
        BearerToken subject = subject(context);
        TokenExchangeContext.Params params = context.getParams();
        List<String> targets = Stream.of(params.getAudience(), params.getResource())
                .flatMap(values -> Optional.ofNullable(values).stream())
                .flatMap(List::stream)
                .toList();
        return new Asked(
                context.getClient(),
                subject,
                Optional.ofNullable(context.getFormParams().getFirst(parameter)).orElse(""),
                targets,
                // RFC 6749 section 3.2: a parameter without a value is not there
                Optional.ofNullable(params.getScope()).filter(scope -> !scope.isBlank()));
    }

    /** Keycloak's older exchange has parameters for another user or issuer: ignored, who sends one gets the wrong token. */
    private static final List<String> OTHERS = List.of(
            OAuth2Constants.REQUESTED_SUBJECT, OAuth2Constants.SUBJECT_ISSUER, OAuth2Constants.REQUESTED_ISSUER);

    private static void requireForm(TokenExchangeContext context) {
        for (String other : OTHERS) {
            if (context.getFormParams().containsKey(other)) {
                throw invalid(other + " is not supported", other);
            }
        }
        TokenExchangeContext.Params params = context.getParams();
        if (params.getActorToken() != null) {
            throw invalid("actor_token is not supported", "actor_token");
        }
        if (!OAuth2Constants.ACCESS_TOKEN_TYPE.equals(params.getSubjectTokenType())) {
            throw invalid("subject_token_type must be " + OAuth2Constants.ACCESS_TOKEN_TYPE, "subject_token_type");
        }
        @Nullable String requested = params.getRequestedTokenType();
        if (requested != null && !requested.equals(OAuth2Constants.ACCESS_TOKEN_TYPE)) {
            throw invalid("requested_token_type must be " + OAuth2Constants.ACCESS_TOKEN_TYPE, "requested_token_type");
        }
    }

    private BearerToken subject(TokenExchangeContext context) {
        ClientModel client = context.getClient();
        BearerToken subject = verified(context).orElseThrow(() -> invalid("Invalid token", "subject_token"));
        context.getEvent().user(subject.user()).session(subject.userSession());
        context.getEvent()
                .detail(Details.SUBJECT_TOKEN_CLIENT_ID, subject.token().getIssuedFor());
        boolean own = client.getClientId().equals(subject.token().getIssuedFor());
        if (!own && !subject.token().hasAudience(client.getClientId())) {
            throw new Refused(
                    403, "access_denied", "Client is not within the token audience", "client_not_in_audience");
        }
        if (!subject.ofFullSession(session)) {
            throw invalid("Invalid token", "not_a_full_session");
        }
        if (!keyShown(subject.token(), own)) {
            throw invalid("The token's key was not shown", "sender_constraint");
        }
        if (!own && !TokenManager.verifyConsentStillAvailable(session, subject.user(), client, null, "")) {
            throw new Refused(403, "access_denied", "The user has not consented", "consent");
        }
        return subject;
    }

    private Optional<BearerToken> verified(TokenExchangeContext context) {
        @Nullable String token = context.getParams().getSubjectToken();
        if (token == null) {
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

    private Response answer(TokenExchangeContext context, Answered answered) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(OAuth2Constants.ACCESS_TOKEN, answered.issued().token());
        body.put(OAuth2Constants.ISSUED_TOKEN_TYPE, OAuth2Constants.ACCESS_TOKEN_TYPE);
        body.put(OAuth2Constants.TOKEN_TYPE, answered.issued().type());
        body.put(OAuth2Constants.EXPIRES_IN, answered.issued().expiresIn());
        answered.issued().scope().ifPresent(scope -> body.put(OAuth2Constants.SCOPE, scope));
        body.putAll(answered.members());
        answered.details().forEach(context.getEvent()::detail);
        context.getEvent().detail(Details.TOKEN_ID, answered.issued().jti());
        context.getEvent().success();
        return context.getCors().add(Response.ok(body, MediaType.APPLICATION_JSON_TYPE));
    }

    /** RFC 8693 section 2.2.2: a request or token that does not do. */
    protected static Refused invalid(String text, String cause) {
        return new Refused(400, "invalid_request", text, cause);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
