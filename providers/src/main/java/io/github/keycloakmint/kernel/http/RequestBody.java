package io.github.keycloakmint.kernel.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request's body, read at most once and never further than the limit. */
public final class RequestBody {

    private final InputStream stream;
    private byte @Nullable [] read;
    private @Nullable ObjectNode parsed;

    public RequestBody(@Nullable InputStream stream) {
        this.stream = stream == null ? InputStream.nullInputStream() : stream;
    }

    /** The whole body, or 413. */
    byte[] bytes() {
        byte[] bytes = limited();
        if (bytes.length > Exchange.LARGEST_BODY) {
            throw Refusal.of(Fault.PAYLOAD_TOO_LARGE, "body_too_large");
        }
        return bytes;
    }

    /** The body as an object where it is one within the limit. */
    public Optional<ObjectNode> peek() {
        try {
            return Optional.of(object());
        } catch (Refusal e) {
            // whoever peeks asks for something optional; json() gives the refusal to the caller later
            return Optional.empty();
        }
    }

    /** The body as the one JSON object that it has to be, or 413 or 400. */
    ObjectNode object() {
        if (parsed == null) {
            parsed = Json.object(bytes());
        }
        return parsed;
    }

    boolean isEmpty() {
        return limited().length == 0;
    }

    private byte[] limited() {
        if (read == null) {
            try {
                read = stream.readNBytes(Exchange.LARGEST_BODY + 1);
            } catch (IOException e) {
                throw Refusal.badInput("The body could not be read", "body_unreadable");
            }
        }
        return read;
    }
}
