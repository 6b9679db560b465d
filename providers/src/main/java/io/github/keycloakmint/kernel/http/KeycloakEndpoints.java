package io.github.keycloakmint.kernel.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.audit.Count;
import io.github.keycloakmint.kernel.caller.Neighbourhood;
import io.github.keycloakmint.kernel.keycloak.LimitPage;
import io.github.keycloakmint.kernel.limits.Limiter;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.PathSegment;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * Asks the limiter about calls to Keycloak's own token endpoint, its login forms and its password reset: by address alone,
 * since nothing of the body is read here (contract section 10). After matching, when there is a session.
 */
@Provider
public class KeycloakEndpoints implements ContainerRequestFilter {

    /** How the names of these endpoints begin, for limits and metrics. */
    public static final String PREFIX = "keycloak-";

    private static final String TOKEN = PREFIX + "token";

    /** What stands behind {@code realms/<name>/}. */
    private static final Map<String, String> ENDPOINTS = Map.of(
            "protocol/openid-connect/token", TOKEN,
            "login-actions/authenticate", PREFIX + "login",
            "login-actions/registration", PREFIX + "login",
            "login-actions/first-broker-login", PREFIX + "login",
            "login-actions/reset-credentials", PREFIX + "reset");

    /** RFC 6749 section 5.2. */
    private record OAuthError(String error, @JsonProperty("error_description") String description) {}

    @Override
    public void filter(ContainerRequestContext request) {
        if (!request.getMethod().equals("POST")) {
            return;
        }
        List<String> path = path(request);
        @Nullable KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
        if (session == null || path.size() < 4 || !path.get(0).equals("realms")) {
            return;
        }
        String below = String.join("/", path.subList(2, path.size())).toLowerCase(Locale.ROOT);
        Optional.ofNullable(ENDPOINTS.get(below))
                .flatMap(endpoint -> refused(session, path.get(1), endpoint))
                .ifPresent(request::abortWith);
    }

    /** As Keycloak reads it: decoded, and with one slash where there are several, so that no spelling has its own bucket. */
    private static List<String> path(ContainerRequestContext request) {
        return request.getUriInfo().getPathSegments().stream()
                .map(PathSegment::getPath)
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    private static Optional<Response> refused(KeycloakSession session, String name, String endpoint) {
        @Nullable Limiter limiter = session.getProvider(Limiter.class);
        @Nullable RealmModel realm = limiter == null ? null : session.realms().getRealmByName(name);
        if (limiter == null || realm == null) {
            return Optional.empty();
        }
        String address = DoorFactory.of(session).address(session);
        try {
            limiter.take(new Limiter.Call(realm, endpoint, address), Limiter.Kind.ADDRESS, Neighbourhood.of(address));
            return Optional.empty();
        } catch (Refusal refusal) {
            Count.of(endpoint, "limited");
            Response answer = endpoint.equals(TOKEN) ? oauthError() : LimitPage.of(session, realm);
            return Optional.of(with(refusal.headers(), answer));
        }
    }

    private static Response oauthError() {
        return Response.status(Fault.TOO_MANY_REQUESTS.status())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Json.bytes(new OAuthError("too_many_requests", "Too many requests")))
                .build();
    }

    private static Response with(Map<String, String> headers, Response answer) {
        Response.ResponseBuilder builder = Response.fromResponse(answer);
        headers.forEach(builder::header);
        return builder.build();
    }
}
