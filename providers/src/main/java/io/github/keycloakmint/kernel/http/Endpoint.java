package io.github.keycloakmint.kernel.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * An endpoint of a capability.
 *
 * @param area where it hangs
 * @param path below the area, without a leading slash; a segment {@code {name}} takes any one segment, {@link #TAIL} as the
 *     last one whatever else comes, and nobody is told what
 * @param capability its name in log, event and metric
 * @param methods a handler per HTTP method
 * @param errors the shape of its error bodies
 * @param off what a public endpoint answers while its capability is switched off (contract section 2)
 * @param origins whose pages may call it from a browser
 * @param ofPlace true: where a call names no realm, its host or the server's default does, and never its bearer. For what lets
 *     somebody in elsewhere: else he who is judged would choose his judge (T10)
 */
public record Endpoint(
        Area area,
        String path,
        String capability,
        Map<String, Handler> methods,
        ErrorShape errors,
        ErrorCode off,
        AllowedOrigins origins,
        boolean ofPlace) {

    /** One segment or more of whatever spelling, empty ones included. */
    public static final String TAIL = "**";

    /** An endpoint from server to server, which no page may call. */
    public Endpoint(
            Area area, String path, String capability, Map<String, Handler> methods, ErrorShape errors, Fault off) {
        this(area, path, capability, methods, errors, errors.of(off), AllowedOrigins.NONE);
    }

    public Endpoint(
            Area area,
            String path,
            String capability,
            Map<String, Handler> methods,
            ErrorShape errors,
            ErrorCode off,
            AllowedOrigins origins) {
        this(area, path, capability, methods, errors, off, origins, false);
    }

    public Endpoint {
        methods = withHead(methods);
    }

    /** The same, of the place where it is called. */
    public Endpoint atItsPlace() {
        return new Endpoint(area, path, capability, methods, errors, off, origins, true);
    }

    /** Whatever answers GET answers HEAD (RFC 9110 section 9.3.2); the server leaves the body out. */
    private static Map<String, Handler> withHead(Map<String, Handler> methods) {
        Map<String, Handler> all = new HashMap<>(methods);
        Optional.ofNullable(methods.get("GET")).ifPresent(get -> all.putIfAbsent("HEAD", get));
        return Map.copyOf(all);
    }

    /** The value of {@code Allow}. */
    String allow() {
        TreeSet<String> allowed = new TreeSet<>(methods.keySet());
        allowed.add("OPTIONS");
        return String.join(", ", allowed);
    }
}
