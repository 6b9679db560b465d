package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.WebApplicationException;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.EventType;
import org.keycloak.http.HttpRequest;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.utils.AuthorizeClientUtil;
import org.keycloak.representations.JsonWebToken;

/** Keycloak's client authentication flow for endpoints that speak JSON. */
public final class ClientAuthentication {

    private static final Logger LOG = Logger.getLogger(ClientAuthentication.class);

    private ClientAuthentication() {}

    /** A client assertion (RFC 7523 section 2.2), taken from a JSON body. */
    public record Assertion(String type, String value) {}

    /** The client that the {@code Authorization: Basic} header proves ({@code client_secret_basic}). */
    public static Optional<ClientModel> basic(KeycloakSession session) {
        return authenticate(session, Map.of());
    }

    /** The client that the assertion proves ({@code private_key_jwt}, {@code client_secret_jwt}). */
    public static Optional<ClientModel> assertion(KeycloakSession session, Assertion assertion) {
        if (!readable(assertion.value())) {
            // Keycloak would write an error with a stack trace for each, and a stranger could fill the log (T11)
            return Optional.empty();
        }
        return authenticate(
                session,
                Map.of(
                        OAuth2Constants.CLIENT_ASSERTION_TYPE, assertion.type(),
                        OAuth2Constants.CLIENT_ASSERTION, assertion.value()));
    }

    private static boolean readable(String assertion) {
        try {
            new JWSInput(assertion).readJsonContent(JsonWebToken.class);
            return true;
        } catch (JWSInputException e) {
            return false;
        }
    }

    /**
     * Runs the realm's flow. Its authenticators read form parameters only (ClientAssertionState), so the flow sees a form
     * with exactly what is passed here: nothing else of the body can authenticate anybody.
     */
    private static Optional<ClientModel> authenticate(KeycloakSession session, Map<String, String> form) {
        HttpRequest request = session.getContext().getHttpRequest();
        session.getContext().setHttpRequest(FormRequest.of(request, form));
        try {
            QuietEvents events = new QuietEvents(session.getContext().getRealm(), session);
            events.event(EventType.CLIENT_LOGIN);
            return Optional.of(
                    AuthorizeClientUtil.authorizeClient(session, events, null).getClient());
        } catch (WebApplicationException e) {
            LOG.debugf("Client authentication refused: %s", e.getMessage());
            return Optional.empty();
        } finally {
            session.getContext().setHttpRequest(request);
        }
    }
}
