package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.keycloak.Connection;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import java.util.Set;

/**
 * Takes in the bodies of the bundle's own requests before anything else looks at them.
 *
 * <p>The body is collected on the event loop, so that a client that sends it slowly, or never, holds a connection and no
 * thread: some capabilities have to look into the body of a caller whom they don't know yet.
 *
 * <p>And the content type is hidden from the server unless it is plain JSON. Keycloak reads every form before a resource
 * method is called (KeycloakHandlerChainCustomizer), answers a broken one, or an unparsable content type, with a 500 of
 * its own, and would spool a large upload to disk for a stranger. Here they all fail as any other wrong type does.
 */
@Provider
@PreMatching
public class BodyGate implements ContainerRequestFilter {

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH", "DELETE");

    @Override
    public void filter(ContainerRequestContext request) {
        if (!OwnPaths.contains(request.getUriInfo().getPath())) {
            return;
        }
        // whatever the method: Quarkus reads the type of a GET as well
        if (request.getHeaders().containsKey(HttpHeaders.CONTENT_TYPE) && !sentAsJson(request)) {
            request.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
        }
        if (!WITH_BODY.contains(request.getMethod())) {
            return;
        }
        if (OwnPaths.bodiless(request.getUriInfo().getPath())) {
            Connection.dropBody(request);
        } else {
            Connection.collectBody(request, Exchange.LARGEST_BODY + 1);
        }
    }

    private static boolean sentAsJson(ContainerRequestContext request) {
        return Optional.ofNullable(request.getHeaders().get(HttpHeaders.CONTENT_TYPE))
                .filter(types -> types.size() == 1 && Exchange.isJson(types.get(0)))
                .isPresent();
    }
}
