package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.http.KeycloakEndpoints;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.grants.ResourceOwnerPasswordCredentialsGrantType;
import org.keycloak.services.clientpolicy.ClientPolicyException;

/**
 * Keycloak's password grant behind a limit of its own. It is asked here, before the client is authenticated, and not in a
 * filter: here Keycloak itself has said which grant it is, whatever the form has twice or spells with control characters
 * (TokenEndpoint.sanitizeFormParameters, checkGrantType).
 */
final class CountedPasswordGrant extends ResourceOwnerPasswordCredentialsGrantType {

    @Override
    public void preProcess(KeycloakSession session, MultivaluedMap<String, String> form) throws ClientPolicyException {
        // the bundle's own sign-in has limits of its own, and comes from within
        if (!(session.getContext().getHttpRequest() instanceof FormRequest)) {
            Optional<Response> refused = KeycloakEndpoints.passwordGrant(session);
            if (refused.isPresent()) {
                // no ClientPolicyException: that one is written into the database (T11)
                throw new WebApplicationException(refused.get());
            }
        }
        super.preProcess(session, form);
    }
}
