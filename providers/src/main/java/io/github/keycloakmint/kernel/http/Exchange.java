package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.keycloak.AdminAccess;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** One call as a capability's resource sees it. Lives as long as the call. */
public final class Exchange {

    /** Bytes of a body at the most (contract section 2). */
    public static final int LARGEST_BODY = 64 * 1024;

    private static final Pattern JSON = Pattern.compile(
            "application/json\\s*(;\\s*charset\\s*=\\s*(utf-8|\"utf-8\")\\s*)?", Pattern.CASE_INSENSITIVE);

    /**
     * Who calls.
     *
     * @param address as the one resolver found it (T9)
     * @param proxy whether a trusted proxy holds the connection
     */
    record Peer(String address, boolean proxy) {}

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Peer peer;
    private final Map<String, String> path;
    private final RequestBody body;
    private final CallRecord record;
    private final @Nullable AdminAccess admin;
    private final Endpoint endpoint;
    private final Cors cors;

    Exchange(
            Endpoint endpoint,
            KeycloakSession session,
            RealmModel realm,
            Peer peer,
            Map<String, String> path,
            RequestBody body,
            CallRecord record,
            @Nullable AdminAccess admin) {
        this.endpoint = endpoint;
        this.session = session;
        this.realm = realm;
        this.peer = peer;
        this.path = path;
        this.body = body;
        this.record = record;
        this.admin = admin;
        this.cors = new Cors(headers(Cors.ORIGIN));
    }

    public KeycloakSession session() {
        return session;
    }

    public RealmModel realm() {
        return realm;
    }

    /** The caller's address as the one resolver found it (T9). */
    public String address() {
        return peer.address();
    }

    /** True where a trusted proxy holds the connection, so that its headers about another call are believed. */
    public boolean fromProxy() {
        return peer.proxy();
    }

    /** True where it names another caller than its peer, whom nobody has said to believe. */
    public boolean forwardedInVain() {
        return !fromProxy()
                && Stream.of("X-Forwarded-For", "Forwarded")
                        .anyMatch(name -> !headers(name).isEmpty());
    }

    /** What the audit will say of this call. */
    public CallRecord record() {
        return record;
    }

    /** The admin who calls; only endpoints of {@link Area#ADMIN} have one. */
    public AdminAccess admin() {
        if (admin == null) {
            throw new IllegalStateException("not an admin endpoint");
        }
        return admin;
    }

    /** The value of a placeholder of the endpoint's path. */
    public String path(String name) {
        return Optional.ofNullable(path.get(name)).orElseThrow();
    }

    /** Every value that was sent for a header, in order; several lines of one header are several values. */
    public List<String> headers(String name) {
        List<String> values =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(name);
        return values == null ? List.of() : List.copyOf(values);
    }

    /** Judges the page that calls, and allows it to read the answer. */
    public Cors cors() {
        return cors;
    }

    /**
     * The server's own origin where a browser says that a page of it calls: with a GET such a page sends no Origin (Fetch
     * Standard section 3.2), with its later POST it does. The server's address is the one that Keycloak's hostname settings
     * give it, whatever proxies are before it.
     */
    public Optional<String> ownPage() {
        return cors.silent() && headers("Sec-Fetch-Site").equals(List.of("same-origin"))
                ? Optional.of(Cors.origin(session.getContext().getUri().getBaseUri()))
                : Optional.empty();
    }

    /** Every value that was sent for a cookie; browsers send one for each path that fits. */
    public List<String> cookies(String name) {
        return Cookie.values(headers(HttpHeaders.COOKIE), name);
    }

    public boolean hasCookies() {
        return !headers(HttpHeaders.COOKIE).isEmpty();
    }

    /**
     * The path prefix that was called, up to and with the area: {@code /realms/demo/auth}, {@code /demo/auth} through the
     * root facade. A cookie that is to come back there alone has it as its path. Only for endpoints without placeholders.
     */
    public String prefix() {
        String path = session.getContext().getUri().getAbsolutePath().getRawPath();
        return path.substring(0, path.length() - endpoint.path().length() - 1);
    }

    public Query query() {
        return new Query(session.getContext().getUri().getQueryParameters());
    }

    /** The body's members: 415 for another content type, 413 above {@link #LARGEST_BODY}, 400 for broken JSON. */
    public Members json() {
        if (!sentAsJson()) {
            throw Refusal.of(Fault.UNSUPPORTED_MEDIA_TYPE, "content_type");
        }
        return new Members(body.object());
    }

    /** As {@link #json}, for a body that may be left out. */
    public Members jsonOrNone() {
        boolean said = !headers(HttpHeaders.CONTENT_TYPE).isEmpty();
        // Keycloak has read a form before us, so an empty body alone says nothing
        return body.isEmpty() && (!said || sentAsJson()) ? new Members(Json.empty()) : json();
    }

    /** As {@link #json}, for what is done whether or not the body is a good one: 415, 413, else its members if it has any. */
    public Optional<Members> anyJson() {
        if (!sentAsJson()) {
            throw Refusal.of(Fault.UNSUPPORTED_MEDIA_TYPE, "content_type");
        }
        body.bytes();
        return peek();
    }

    /** The body where it is a good one: for what has to be known before the body is judged (contract section 2). */
    public Optional<Members> peek() {
        return body.peek().map(Members::new);
    }

    /** True for JSON in UTF-8, said or left out. */
    static boolean isJson(String contentType) {
        return JSON.matcher(contentType.trim()).matches();
    }

    private boolean sentAsJson() {
        List<String> types = headers(HttpHeaders.CONTENT_TYPE);
        List<String> encodings = headers(HttpHeaders.CONTENT_ENCODING);
        return types.size() == 1
                && isJson(types.get(0))
                && encodings.stream()
                        .allMatch(
                                coding -> coding.trim().toLowerCase(Locale.ROOT).equals("identity"));
    }
}
