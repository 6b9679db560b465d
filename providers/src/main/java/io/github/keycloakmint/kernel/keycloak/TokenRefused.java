package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.services.CorsErrorResponseException;

/** An OAuth error of Keycloak's token endpoint on its way to the client; the cause is for the event. */
public final class TokenRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;
    private final String text;
    private final transient Optional<Duration> retryAfter;

    private TokenRefused(int status, String error, String text, String cause, Optional<Duration> retryAfter) {
        super(cause, null, false, false);
        this.status = status;
        this.error = error;
        this.text = text;
        this.retryAfter = retryAfter;
    }

    public TokenRefused(int status, String error, String text, String cause) {
        this(status, error, text, cause, Optional.empty());
    }

    /** OAuth has no word for it (RFC 6585 section 4). */
    public static TokenRefused limited(Duration retryAfter) {
        return new TokenRefused(429, "too_many_requests", "Too many requests", "limit", Optional.of(retryAfter));
    }

    /** RFC 8693 section 2.2.2: a request or token that does not do. */
    public static TokenRefused invalid(String text, String cause) {
        return new TokenRefused(400, "invalid_request", text, cause);
    }

    CorsErrorResponseException thrown(TokenExchangeContext context) {
        context.getEvent().detail(Details.REASON, getMessage());
        context.getEvent().error(error);
        retryAfter.ifPresent(wait -> context.getSession()
                .getContext()
                .getHttpResponse()
                .setHeader(
                        HttpHeaders.RETRY_AFTER,
                        String.valueOf(Math.max(1, wait.plusMillis(999).toSeconds()))));
        return new CorsErrorResponseException(context.getCors(), error, text, Response.Status.fromStatusCode(status));
    }
}
