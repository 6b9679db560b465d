package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.AbstractMultivaluedMap;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.keycloak.http.FormPartValue;
import org.keycloak.http.HttpRequest;

/**
 * The request as Keycloak's own code would have it: with exactly the form that is passed here, so that nothing else of the
 * caller's body reaches an authenticator.
 */
final class FormRequest implements HttpRequest {

    private final HttpRequest request;
    private final MultivaluedMap<String, String> form;
    private final HttpHeaders headers;

    private FormRequest(HttpRequest request, MultivaluedMap<String, String> form, HttpHeaders headers) {
        this.request = request;
        this.form = form;
        this.headers = headers;
    }

    /** With the caller's own headers: the flow of client authentication reads a form whatever its type is said to be. */
    static FormRequest of(HttpRequest request, Map<String, String> form) {
        return new FormRequest(request, new MultivaluedHashMap<>(form), request.getHttpHeaders());
    }

    /**
     * For Keycloak's token endpoint: sent as a form, and by no page, since whose page may call was judged before, and two
     * answers to that would be two sets of CORS headers.
     */
    static FormRequest forTokenEndpoint(HttpRequest request, Map<String, String> form) {
        return new FormRequest(request, new MultivaluedHashMap<>(form), new FormHeaders(request.getHttpHeaders()));
    }

    @Override
    public String getHttpMethod() {
        return request.getHttpMethod();
    }

    @Override
    public MultivaluedMap<String, String> getDecodedFormParameters() {
        return form;
    }

    @Override
    public MultivaluedMap<String, FormPartValue> getMultiPartFormParameters() {
        return new MultivaluedHashMap<>();
    }

    @Override
    public HttpHeaders getHttpHeaders() {
        return headers;
    }

    @Override
    public X509Certificate[] getClientCertificateChain() {
        return request.getClientCertificateChain();
    }

    @Override
    public UriInfo getUri() {
        return request.getUri();
    }

    @Override
    public boolean isProxyTrusted() {
        return request.isProxyTrusted();
    }

    /** Names of headers have no case (RFC 9110 section 5.1), and Keycloak's authenticators ask for them in one. */
    private static final class AnyCase extends AbstractMultivaluedMap<String, String> {
        private static final long serialVersionUID = 1L;

        AnyCase() {
            super(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
        }
    }

    private static final class FormHeaders implements HttpHeaders {

        private final HttpHeaders sent;
        private final MultivaluedMap<String, String> shown = new AnyCase();

        FormHeaders(HttpHeaders sent) {
            this.sent = sent;
            sent.getRequestHeaders().forEach((name, values) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (!lower.equals("origin") && !lower.equals("content-type")) {
                    shown.addAll(name, values);
                }
            });
            shown.putSingle(CONTENT_TYPE, MediaType.APPLICATION_FORM_URLENCODED);
        }

        @Override
        public List<String> getRequestHeader(String name) {
            return List.copyOf(shown.getOrDefault(name, List.of()));
        }

        @Override
        public @Nullable String getHeaderString(String name) {
            List<String> values = getRequestHeader(name);
            return values.isEmpty() ? null : String.join(",", values);
        }

        @Override
        public MultivaluedMap<String, String> getRequestHeaders() {
            return shown;
        }

        @Override
        public MediaType getMediaType() {
            return MediaType.APPLICATION_FORM_URLENCODED_TYPE;
        }

        @Override
        public List<MediaType> getAcceptableMediaTypes() {
            return sent.getAcceptableMediaTypes();
        }

        @Override
        public List<Locale> getAcceptableLanguages() {
            return sent.getAcceptableLanguages();
        }

        @Override
        public Locale getLanguage() {
            return Optional.ofNullable(sent.getLanguage()).orElse(Locale.ROOT);
        }

        /** None: the token endpoint reads no cookie, and no cookie is to log anybody in here. */
        @Override
        public Map<String, Cookie> getCookies() {
            return Map.of();
        }

        @Override
        public @Nullable Date getDate() {
            return sent.getDate();
        }

        @Override
        public int getLength() {
            return sent.getLength();
        }
    }
}
