package io.github.keycloakmint.kernel.http;

/** How a capability's error bodies look (contract section 2). */
public interface ErrorShape {

    /** The capability's own word for a fault. */
    ErrorCode of(Fault fault);

    /** The body for {@code code} with {@code text} as its message; serialised as JSON. */
    Object body(ErrorCode code, String text);
}
