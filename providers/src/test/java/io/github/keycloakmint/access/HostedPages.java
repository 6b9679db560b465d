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

    private final String own;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private final List<String> kept = new ArrayList<>();
    private Answer page;
    private URI at;

    /** @param own base URL of the server: what leads elsewhere is not followed */
    HostedPages(URI own) {
        this.own = own.toString();
    }

    HostedPages open(String url) {
        at = URI.create(url);
        return follow(send(Http.get(at)));
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
        return follow(send(Http.post(at).form(form)));
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
            if (!at.toString().startsWith(own)) {
                return this;
            }
            page = send(Http.get(at));
        }
        return this;
    }

    private Answer send(Http request) {
        cookies.forEach((name, value) -> request.header("Cookie", name + "=" + value));
        Answer answer = request.send();
        for (String cookie : answer.headers("set-cookie")) {
            kept.add(cookie);
            keep(cookie);
        }
        return answer;
    }

    /** Has this cookie from now on, as one that came earlier. */
    void keep(String cookie) {
        String pair = cookie.split(";", 2)[0];
        cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
}
