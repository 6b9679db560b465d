package io.github.keycloakmint.kernel.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer: status, a record to serialise as JSON (null for none), further headers. */
public record Reply(int status, @Nullable Object body, Map<String, String> headers) {

    public Reply {
        headers = Map.copyOf(headers);
    }

    public static Reply ok(Object body) {
        return new Reply(200, body, Map.of());
    }

    /** The same answer, setting {@code cookie}. */
    public Reply with(Cookie cookie) {
        Map<String, String> more = new HashMap<>(headers);
        more.put("Set-Cookie", cookie.header());
        return new Reply(status, body, more);
    }

    public static Reply noContent() {
        return new Reply(204, null, Map.of());
    }
}
