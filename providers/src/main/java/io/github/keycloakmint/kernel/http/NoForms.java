package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the server from parsing forms on the bundle's own paths; they then fail as any other wrong content type does.
 * Keycloak reads every form before a resource method is called (KeycloakHandlerChainCustomizer), answers a broken
 * multipart body with a 500 of its own, and would spool a large one to disk for a stranger.
 */
@Provider
@PreMatching
public class NoForms implements ContainerRequestFilter {

    private static final Pattern OWN_PATHS =
            Pattern.compile("/?(realms/[^/]+/(api|auth)|admin/realms/[^/]+/mint|api|auth|[^/]+/auth)(/.*)?");

    @Override
    public void filter(ContainerRequestContext request) {
        @Nullable String type = request.getHeaderString(HttpHeaders.CONTENT_TYPE);
        if (type != null
                && isForm(type.trim().toLowerCase(Locale.ROOT))
                && OWN_PATHS.matcher(request.getUriInfo().getPath()).matches()) {
            // RESTEasy asks JAX-RS headers for the type, and those can be changed here
            request.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
        }
    }

    private static boolean isForm(String type) {
        return type.startsWith("multipart/") || type.startsWith("application/x-www-form-urlencoded");
    }
}
