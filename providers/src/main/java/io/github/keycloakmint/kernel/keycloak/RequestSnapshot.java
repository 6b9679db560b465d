package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.http.FormPartValue;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;

/**
 * What is left of a request once its answer is on the way: under which address the server was called, and which languages
 * the caller reads. Keycloak takes both from the request when it makes links and mails; the server reuses the request
 * itself by then.
 */
record RequestSnapshot(URI baseUri, URI requestUri, List<Locale> languages, List<String> acceptLanguage)
        implements HttpRequest {

    static RequestSnapshot of(KeycloakSession session) {
        HttpRequest request = session.getContext().getHttpRequest();
        @Nullable List<String> accepted = request.getHttpHeaders().getRequestHeader(HttpHeaders.ACCEPT_LANGUAGE);
        return new RequestSnapshot(
                request.getUri().getBaseUri(),
                request.getUri().getRequestUri(),
                List.copyOf(request.getHttpHeaders().getAcceptableLanguages()),
                accepted == null ? List.of() : List.copyOf(accepted));
    }

    @Override
    public String getHttpMethod() {
        return "POST";
    }

    @Override
    public MultivaluedMap<String, String> getDecodedFormParameters() {
        return new MultivaluedHashMap<>();
    }

    @Override
    public MultivaluedMap<String, FormPartValue> getMultiPartFormParameters() {
        return new MultivaluedHashMap<>();
    }

    @Override
    public HttpHeaders getHttpHeaders() {
        MultivaluedMap<String, String> headers = new MultivaluedHashMap<>();
        headers.put(HttpHeaders.ACCEPT_LANGUAGE, acceptLanguage);
        return only(
                HttpHeaders.class,
                Map.of(
                        "getAcceptableLanguages",
                        languages,
                        "getRequestHeaders",
                        headers,
                        "getRequestHeader",
                        List.of(),
                        "getCookies",
                        Map.of()));
    }

    @Override
    public X509Certificate @Nullable [] getClientCertificateChain() {
        return null;
    }

    @Override
    public UriInfo getUri() {
        return only(
                UriInfo.class,
                Map.of(
                        "getBaseUri",
                        baseUri,
                        "getBaseUriBuilder",
                        builderOf(baseUri),
                        "getRequestUri",
                        requestUri,
                        "getRequestUriBuilder",
                        builderOf(requestUri),
                        "getAbsolutePath",
                        requestUri,
                        "getPath",
                        requestUri.getPath(),
                        "getQueryParameters",
                        new MultivaluedHashMap<String, String>()));
    }

    /** A new one at each call, since callers go on building with it. */
    private static Supplier<UriBuilder> builderOf(URI uri) {
        return () -> UriBuilder.fromUri(uri);
    }

    @Override
    public boolean isProxyTrusted() {
        return false;
    }

    /** An {@code type} that knows just these answers; whoever asks for more learns that the request is over. */
    private static <T> T only(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                RequestSnapshot.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    @Nullable Object answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new IllegalStateException("The request is over: " + method.getName());
                    }
                    return answer instanceof Supplier<?> made ? made.get() : answer;
                }));
    }
}
