package io.github.keycloakmint.kernel.http;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An answer: status, a record to serialise as JSON (null for none), further headers, cookies to set. */
public record Reply(int status, @Nullable Object body, Map<String, String> headers, List<Cookie> cookies) {

    public Reply {
        headers = Map.copyOf(headers);
        cookies = List.copyOf(cookies);
    }

    public Reply(int status, @Nullable Object body, Map<String, String> headers) {
        this(status, body, headers, List.of());
    }

    public static Reply ok(Object body) {
        return new Reply(200, body, Map.of());
    }

    /** The same answer, setting {@code cookie} as well. */
    public Reply with(Cookie cookie) {
        return new Reply(
                status,
                body,
                headers,
                Stream.concat(cookies.stream(), Stream.of(cookie)).toList());
    }

    public static Reply noContent() {
        return new Reply(204, null, Map.of());
    }
}
