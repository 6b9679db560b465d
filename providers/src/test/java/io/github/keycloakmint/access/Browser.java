package io.github.keycloakmint.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of a browser as Keycloak's pages need: cookies, redirects within the server, a form. */
final class Browser {

    private static final int MOST_REDIRECTS = 10;

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    /** By name, Secure ones too: to a browser 127.0.0.1 is as good as TLS, to Java's cookie store it is not. */
    private final Map<String, String> cookies = new LinkedHashMap<>();

    private String page = "";

    String get(URI address) {
        return send(HttpRequest.newBuilder(address).GET());
    }

    /** The first link of the page with {@code part} in its address. */
    String follow(String part) {
        return get(URI.create(found("href=\"([^\"]*" + Pattern.quote(part) + "[^\"]*)\"")));
    }

    /** The page's form with these fields, name and value in turn. */
    String submit(String... fields) {
        List<String> form = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            form.add(encoded(fields[i]) + "=" + encoded(fields[i + 1]));
        }
        return send(HttpRequest.newBuilder(URI.create(found("action=\"([^\"]+)\"")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(String.join("&", form))));
    }

    private String found(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(page);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + page);
        }
        return matcher.group(1).replace("&amp;", "&");
    }

    private String send(HttpRequest.Builder request) {
        HttpResponse<String> response = answer(request);
        for (int i = 0; i < MOST_REDIRECTS && response.statusCode() / 100 == 3; i++) {
            URI next = response.uri()
                    .resolve(response.headers().firstValue("location").orElseThrow());
            if (!next.getAuthority().equals(response.uri().getAuthority())) {
                page = next.toString();
                return page;
            }
            response = answer(HttpRequest.newBuilder(next).GET());
        }
        page = response.body();
        return page;
    }

    private HttpResponse<String> answer(HttpRequest.Builder request) {
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            response.headers().allValues("set-cookie").forEach(this::keep);
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String cookie) {
        String pair = cookie.split(";", 2)[0];
        String[] parts = pair.split("=", 2);
        if (cookie.contains("Max-Age=0")) {
            cookies.remove(parts[0]);
        } else {
            cookies.put(parts[0], parts[1]);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
