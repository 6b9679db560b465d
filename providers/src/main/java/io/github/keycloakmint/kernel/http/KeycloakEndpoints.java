package io.github.keycloakmint.kernel.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.audit.Count;
import io.github.keycloakmint.kernel.caller.Neighbourhood;
import io.github.keycloakmint.kernel.keycloak.LimitPage;
import io.github.keycloakmint.kernel.limits.Limiter;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * Asks the limiter about calls to Keycloak's own token endpoint, its login forms and its password reset: by address alone,
 * since what is in the body is not known yet (contract section 10). After matching, when there is a session.
 */
@Provider
public class KeycloakEndpoints implements ContainerRequestFilter {

    /** How the names of these endpoints begin, for limits and metrics. */
    public static final String PREFIX = "keycloak-";

    private static final Logger LOG = Logger.getLogger(KeycloakEndpoints.class);

    private static final String REALMS = "realms";
    private static final String TOKEN = PREFIX + "token";
    private static final String LOGIN = PREFIX + "login";

    /** What stands behind {@code realms/<name>/}. */
    private static final Map<String, String> ENDPOINTS = Map.of(
            "protocol/openid-connect/token", TOKEN,
            "login-actions/authenticate", LOGIN,
            "login-actions/registration", LOGIN,
            "login-actions/first-broker-login", LOGIN,
            "login-actions/post-broker-login", LOGIN,
            "login-actions/required-action", LOGIN,
            "login-actions/reset-credentials", PREFIX + "reset");

    /** RFC 6749 section 5.2. */
    private record OAuthError(String error, @JsonProperty("error_description") String description) {}

    @Override
    public void filter(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        if (!request.getMethod().equals("POST") || !path.contains(REALMS)) {
            return;
        }
        List<String> segments = segments(path);
        @Nullable KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
        if (session == null || segments.size() < 4 || !segments.get(0).equals(REALMS)) {
            return;
        }
        String below = String.join("/", segments.subList(2, segments.size())).toLowerCase(Locale.ROOT);
        Optional.ofNullable(ENDPOINTS.get(below))
                .flatMap(endpoint -> refused(session, segments.get(1), endpoint))
                .ifPresent(request::abortWith);
    }

    /**
     * As Keycloak reads it: decoded once, with one slash where there are several and without parameters, so that no spelling has
     * its own bucket. Not by {@code getPathSegments()}, which decodes again, and fails where a percent sign is left.
     */
    private static List<String> segments(String path) {
        return Stream.of(path.split("/", -1))
                .map(segment -> segment.substring(0, parameters(segment)))
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    private static int parameters(String segment) {
        int begin = segment.indexOf(';');
        return begin < 0 ? segment.length() : begin;
    }

    private static Optional<Response> refused(KeycloakSession session, String name, String endpoint) {
        return Optional.ofNullable(session.realms().getRealmByName(name)).flatMap(realm -> over(
                        session, realm, endpoint)
                .map(refusal -> with(refusal, endpoint.equals(TOKEN) ? token(session) : LimitPage.of(session, realm))));
    }

    /**
     * The answer to a password at the token endpoint where its address has tried too many. A limit of its own: the endpoint's is
     * for what backends do there all day, and passwords would be guessed within it.
     */
    public static Optional<Response> passwordGrant(KeycloakSession session) {
        return over(session, session.getContext().getRealm(), PREFIX + "password-grant")
                // the endpoint has said by now that nothing of it is to be stored
                .map(refusal -> with(refusal, oauthError(session).build()));
    }

    private static Optional<Refusal> over(KeycloakSession session, RealmModel realm, String endpoint) {
        Optional<Refusal> refusal = refusal(realm, endpoint, () -> {
            @Nullable Limiter limiter = session.getProvider(Limiter.class);
            if (limiter != null) {
                String address = DoorFactory.address(session);
                limiter.take(
                        new Limiter.Call(realm, endpoint, address), Limiter.Kind.ADDRESS, Neighbourhood.of(address));
            }
        });
        refusal.ifPresent(refused -> Count.of(endpoint, "limited"));
        return refusal;
    }

    /** A limiter that fails is no reason for Keycloak to fail with it: the call goes on, uncounted. */
    static Optional<Refusal> refusal(RealmModel realm, String endpoint, Runnable limiter) {
        try {
            limiter.run();
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refusal);
        } catch (RuntimeException e) {
            Complaints.error(LOG, realm.getId(), "Not counted: " + endpoint + " in realm '" + realm.getName() + "'", e);
            return Optional.empty();
        }
    }

    private static Response token(KeycloakSession session) {
        return oauthError(session).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    private static Response.ResponseBuilder oauthError(KeycloakSession session) {
        return Cors.anybodysRefusal(session, Response.status(Fault.TOO_MANY_REQUESTS.status()))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Json.bytes(new OAuthError("too_many_requests", "Too many requests")));
    }

    private static Response with(Refusal refusal, Response answer) {
        Response.ResponseBuilder builder = Response.fromResponse(answer);
        refusal.headers().forEach(builder::header);
        return builder.build();
    }
}
