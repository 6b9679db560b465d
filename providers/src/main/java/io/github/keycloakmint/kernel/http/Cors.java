package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Which page calls, and whether it may. {@code null} is no page's name, and two Origin headers are nobody's. Where the
 * origins that are handed in have {@code *} any page may read the answer, but as a page it is nobody's: cookies are for one
 * that is allowed by its exact text (T26). What reads or sets cookies hands no {@code *} in.
 */
public final class Cors {

    static final String ORIGIN = "Origin";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials";
    private static final String EXPOSE_HEADERS = "Access-Control-Expose-Headers";
    private static final String OF_LIMITS = "Retry-After, RateLimit, RateLimit-Policy";

    private final List<String> sent;
    private @Nullable String allowed;
    private boolean anybodys;
    private boolean open;

    Cors(List<String> sent) {
        this.sent = sent;
    }

    /**
     * Refuses with 403 a page whose origin is not among {@code origins}. A call without an Origin comes from no page, and
     * passes, without asking for them: it is {@link #fromAllowedPage} that cookies ask for.
     */
    public void allow(Supplier<Set<String>> origins) {
        allowed = null;
        anybodys = false;
        if (!sent.isEmpty()) {
            Set<String> known = origins.get();
            allowed = among(sent, known).orElse(null);
            anybodys = allowed == null && anybodys(sent, known);
            if (allowed == null && !anybodys) {
                throw Refusal.of(Fault.FORBIDDEN, "origin");
            }
        }
    }

    /** The origin of an address as browsers write it: without the port that its scheme has anyway (RFC 6454 section 6.2). */
    static String origin(URI address) {
        boolean usual = address.getPort() == -1
                || (address.getScheme().equals("https") && address.getPort() == 443)
                || (address.getScheme().equals("http") && address.getPort() == 80);
        String host = address.getHost().toLowerCase(Locale.ROOT);
        return address.getScheme() + "://" + host + (usual ? "" : ":" + address.getPort());
    }

    /** True when no page says that it calls. */
    boolean silent() {
        return sent.isEmpty();
    }

    /** True when a page calls that is allowed by its exact origin. */
    public boolean fromAllowedPage() {
        return allowed != null;
    }

    /** The origin of the page that calls, once it was allowed. */
    public Optional<String> page() {
        return Optional.ofNullable(allowed);
    }

    /** Lets any page read the answer, which is everybody's and says nothing of the caller: without credentials. */
    public void open() {
        open = true;
    }

    /** The answer, readable for the page that was allowed. */
    Response onto(Response response) {
        if (open) {
            return anybodys(Response.fromResponse(response))
                    .header(EXPOSE_HEADERS, "ETag, " + OF_LIMITS)
                    .build();
        }
        Response.ResponseBuilder answer = Response.fromResponse(response).header(HttpHeaders.VARY, ORIGIN);
        if (allowed == null && !anybodys) {
            return answer.build();
        }
        return (allowed == null ? anybodys(answer) : readable(answer, allowed))
                .header(EXPOSE_HEADERS, OF_LIMITS)
                .build();
    }

    /**
     * A refusal by Keycloak's own door, before it is known which client's pages may call there: it says nothing of the caller,
     * so any page may read it, as those of Keycloak that come before its client is known.
     */
    static Response.ResponseBuilder anybodysRefusal(KeycloakSession session, Response.ResponseBuilder answer) {
        @Nullable
        List<String> sent =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(ORIGIN);
        return sent == null || sent.isEmpty()
                ? answer
                : anybodys(answer).header(HttpHeaders.VARY, ORIGIN).header(EXPOSE_HEADERS, OF_LIMITS);
    }

    static Response preflight(KeycloakSession session, Endpoint endpoint) {
        Response.ResponseBuilder answer = Response.noContent().header(HttpHeaders.CACHE_CONTROL, "no-store");
        if (endpoint.origins() == AllowedOrigins.ANY) {
            return anybodys(answer)
                    .header("Access-Control-Allow-Methods", endpoint.allow())
                    .header("Access-Control-Allow-Headers", HttpHeaders.IF_NONE_MATCH)
                    .header("Access-Control-Max-Age", "600")
                    .build();
        }
        answer.header(HttpHeaders.VARY, ORIGIN);
        @Nullable RealmModel realm = session.getContext().getRealm();
        List<String> sent =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(ORIGIN);
        if (realm != null && sent != null && !sent.isEmpty()) {
            Set<String> known = endpoint.origins().of(session, realm);
            among(sent, known)
                    .map(origin -> readable(answer, origin))
                    .or(() -> anybodys(sent, known) ? Optional.of(anybodys(answer)) : Optional.empty())
                    .ifPresent(allowed -> allowed.header("Access-Control-Allow-Methods", endpoint.allow())
                            .header("Access-Control-Allow-Headers", "Content-Type, Authorization, DPoP, X-API-KEY")
                            .header("Access-Control-Max-Age", "600"));
        }
        return answer.build();
    }

    private static boolean anybodys(List<String> sent, Set<String> origins) {
        return sent.size() == 1 && !sent.get(0).equals("null") && origins.contains("*");
    }

    private static Optional<String> among(List<String> sent, Set<String> origins) {
        return sent.size() == 1
                        && !sent.get(0).equals("*")
                        && !sent.get(0).equals("null")
                        && origins.contains(sent.get(0))
                ? Optional.of(sent.get(0))
                : Optional.empty();
    }

    private static Response.ResponseBuilder anybodys(Response.ResponseBuilder answer) {
        return answer.header(ALLOW_ORIGIN, "*");
    }

    private static Response.ResponseBuilder readable(Response.ResponseBuilder answer, String origin) {
        return answer.header(ALLOW_ORIGIN, origin).header(ALLOW_CREDENTIALS, "true");
    }
}
