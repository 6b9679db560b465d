package io.github.keycloakmint.kernel.http;

import java.util.Optional;

/** How a capability's error bodies look (contract section 2). */
public interface ErrorShape {

    /** The capability's own word for a fault. */
    ErrorCode of(Fault fault);

    /** The body for {@code code} with {@code text} as its message; serialised as JSON. */
    Object body(ErrorCode code, String text);

    /** As {@link #body(ErrorCode, String)}, with the reference of an unexpected failure where the shape has a place for it. */
    default Object body(ErrorCode code, String text, Optional<String> reference) {
        return body(code, text);
    }
}
