package io.github.keycloakmint.access;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser that knows no script, for Keycloak's own pages: keeps cookies, follows redirects, sends forms. */
final class HostedPages {

    private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");
    private static final Pattern HIDDEN =
            Pattern.compile("<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"");

    private static final Pattern PATH = Pattern.compile("(?i);\\s*Path=\"?([^;\"]+)");

    private final String own;
    private final String front;
    private final Map<String, Cookie> cookies = new LinkedHashMap<>();
    private final List<String> kept = new ArrayList<>();
    private Answer page;
    private URI at;

    /** @param path it is sent to this one and to what is below it */
    private record Cookie(String path, String name, String value) {

        static Cookie of(String set) {
            String pair = set.split(";", 2)[0];
            Matcher path = PATH.matcher(set);
            return new Cookie(
                    path.find() ? path.group(1) : "/",
                    pair.substring(0, pair.indexOf('=')),
                    pair.substring(pair.indexOf('=') + 1));
        }

        boolean goesTo(URI at) {
            return (at.getPath() + '/').startsWith(path.endsWith("/") ? path : path + '/');
        }
    }

    /** @param own base URL of the server: what leads elsewhere is not followed */
    HostedPages(URI own) {
        this(own, own);
    }

    /** @param front base URL by which the browser knows the server, behind a proxy that takes it away */
    HostedPages(URI own, URI front) {
        this.own = own.toString();
        this.front = front.toString();
    }

    HostedPages open(String url) {
        at = URI.create(url);
        return follow(send(Http.get(behind())));
    }

    /** Sends the page's form with these fields and what it hides. */
    HostedPages submit(Map<String, String> fields) {
        Matcher action = ACTION.matcher(page.body());
        if (!action.find()) {
            throw new AssertionError("no form in " + page.status() + " " + page.body());
        }
        Map<String, String> form = new LinkedHashMap<>();
        Matcher hidden = HIDDEN.matcher(page.body());
        while (hidden.find()) {
            form.put(hidden.group(1), hidden.group(2));
        }
        form.putAll(fields);
        at = at.resolve(action.group(1).replace("&amp;", "&"));
        return follow(send(Http.post(behind()).form(form)));
    }

    String text() {
        return page.body();
    }

    /** Every cookie that came, as it came. */
    List<String> cookies() {
        return List.copyOf(kept);
    }

    /** Where the browser ended. */
    URI address() {
        return at;
    }

    private HostedPages follow(Answer answer) {
        page = answer;
        for (int hops = 0; hops < 10 && page.status() >= 300 && page.status() < 400; hops++) {
            at = at.resolve(page.header("location").orElseThrow());
            if (!at.toString().startsWith(front)) {
                return this;
            }
            page = send(Http.get(behind()));
        }
        return this;
    }

    private URI behind() {
        return URI.create(at.toString().replace(front, own));
    }

    private Answer send(Http request) {
        cookies.values().stream()
                .filter(cookie -> cookie.goesTo(at))
                .forEach(cookie -> request.header("Cookie", cookie.name() + "=" + cookie.value()));
        Answer answer = request.send();
        for (String cookie : answer.headers("set-cookie")) {
            kept.add(cookie);
            keep(cookie);
        }
        return answer;
    }

    /** Has this cookie from now on, as one that came earlier. */
    void keep(String cookie) {
        Cookie read = Cookie.of(cookie);
        cookies.put(read.path() + ' ' + read.name(), read);
    }
}
