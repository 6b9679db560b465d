package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A thin request builder: sends what it is told, twice the same header or an empty one included, follows nothing, and
 * remembers every token that comes back for the sweep.
 */
public final class Http {

    private static final Set<String> TOKENS =
            Set.of("accessToken", "access_token", "refreshToken", "refresh_token", "id_token");

    private static final HttpClient CLIENT = client();

    private final HttpRequest.Builder request;
    private final String method;
    private HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();

    private Http(String method, URI uri) {
        this.method = method;
        this.request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60));
    }

    public static Http get(URI uri) {
        return new Http("GET", uri);
    }

    public static Http post(URI uri) {
        return new Http("POST", uri);
    }

    public static Http put(URI uri) {
        return new Http("PUT", uri);
    }

    public static Http delete(URI uri) {
        return new Http("DELETE", uri);
    }

    public static Http request(String method, URI uri) {
        return new Http(method, uri);
    }

    /** Adds; the same name again sends two headers. */
    public Http header(String name, String value) {
        request.header(name, value);
        return this;
    }

    public Http bearer(String token) {
        return header("Authorization", "Bearer " + token);
    }

    /** Form-encodes both parts, as RFC 6749 asks for client credentials. */
    public Http basic(String user, String password) {
        String pair = encode(user) + ":" + encode(password);
        String encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        return header("Authorization", "Basic " + Secrets.remember(encoded));
    }

    /** A String is sent as it is, anything else is written as JSON. */
    public Http json(Object value) {
        return body("application/json", value instanceof String text ? text : Json.text(value));
    }

    public Http form(Map<String, String> fields) {
        String form = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return body("application/x-www-form-urlencoded", form);
    }

    /** No Content-Type is sent when it is null. */
    public Http body(String contentType, String text) {
        return body(contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    public Http body(String contentType, byte[] bytes) {
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        body = HttpRequest.BodyPublishers.ofByteArray(bytes);
        return this;
    }

    public Answer send() {
        try {
            HttpResponse<String> response = CLIENT.send(
                    request.method(method, body).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            Answer answer = new Answer(response.statusCode(), response.headers().map(), response.body());
            remember(answer);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    static void remember(Answer answer) {
        List<String> types = answer.headers("content-type");
        if (!types.isEmpty()
                && types.get(0).startsWith("application/json")
                && !answer.body().isEmpty()) {
            remember(answer.json());
        }
    }

    private static void remember(JsonNode node) {
        node.properties().forEach(member -> {
            if (TOKENS.contains(member.getKey()) && member.getValue().isTextual()) {
                Secrets.remember(member.getValue().asText());
            }
        });
        node.forEach(Http::remember);
    }

    private static HttpClient client() {
        // Read once by the JDK's client; tests need to lie about Host and Connection.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection,expect");
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }
}
