package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowException;
import org.keycloak.http.HttpRequest;
import org.keycloak.http.HttpResponse;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.endpoints.TokenEndpoint;
import org.keycloak.representations.AccessTokenResponse;

/**
 * Keycloak's token endpoint, called from within: client authentication, client policies, DPoP (RFC 9449), mutual TLS, flows
 * and brute-force protection are its own.
 */
final class TokenEndpointCall {

    /**
     * Characters of a value at the most (OIDCProviderConfig). Keycloak leaves a longer one out and logs a warning, which a
     * stranger could fill the log with (T11).
     */
    static final int LONGEST_VALUE = 4_000;

    private TokenEndpointCall() {}

    /** How the endpoint ended. */
    enum Ending {
        TOKENS,
        /** A flow wants something else first, or says no: a user's doing. */
        FLOW,
        /** The endpoint itself says no. */
        ERROR
    }

    record Outcome(Ending ending, Optional<AccessTokenResponse> tokens) {
        @Override
        public String toString() {
            return "Outcome[" + ending + "]"; // tokens get into no log by accident
        }
    }

    static Outcome with(KeycloakSession session, Map<String, String> form, HeldEvents events) {
        HttpRequest request = session.getContext().getHttpRequest();
        HttpResponse response = session.getContext().getHttpResponse();
        session.getContext().setHttpRequest(FormRequest.forTokenEndpoint(request, form));
        session.getContext().setHttpResponse(new NoResponse());
        try {
            return outcome(new TokenEndpoint(session, new TokenManager(), events).processGrantRequest());
        } catch (AuthenticationFlowException e) {
            // a flow that ended without a word for the caller
            return new Outcome(Ending.FLOW, Optional.empty());
        } catch (WebApplicationException e) {
            // Keycloak's way to say no; the events have why
            return new Outcome(Ending.ERROR, Optional.empty());
        } finally {
            session.getContext().setHttpRequest(request);
            session.getContext().setHttpResponse(response);
        }
    }

    private static Outcome outcome(Response response) {
        return response.getEntity() instanceof AccessTokenResponse tokens
                ? new Outcome(Ending.TOKENS, Optional.of(tokens))
                : new Outcome(Ending.FLOW, Optional.empty());
    }

    /** Headers that the endpoint would set on the real answer, which has its own. */
    private static final class NoResponse implements HttpResponse {

        private int status = Response.Status.OK.getStatusCode();

        @Override
        public int getStatus() {
            return status;
        }

        @Override
        public void setStatus(int statusCode) {
            status = statusCode;
        }

        @Override
        public void addHeader(String name, String value) {
            // the real answer has its own
        }

        @Override
        public void setHeader(String name, String value) {
            // the real answer has its own
        }

        @Override
        public void setCookieIfAbsent(NewCookie cookie) {
            // no cookie of Keycloak's pages is set here
        }
    }
}
