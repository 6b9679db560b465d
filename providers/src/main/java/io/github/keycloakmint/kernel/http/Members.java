package io.github.keycloakmint.kernel.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Strict reading of a body's members: {@code "1"} is not {@code 1}, {@code 1.0} is not a whole number, and null is not
 * absent. Unknown members are ignored.
 */
public final class Members {

    private final ObjectNode body;

    Members(ObjectNode body) {
        this.body = body;
    }

    /** A required text, not empty. */
    public String text(String name) {
        return optionalText(name).orElseThrow(() -> Refusal.badInput("`" + name + "` is required", "missing_" + name));
    }

    /** A required text that may be empty: for a password, whose emptiness is no fault of the body. */
    public String anyText(String name) {
        return optionalText(name)
                .or(() -> body.path(name).isTextual() ? Optional.of("") : Optional.empty())
                .orElseThrow(() -> Refusal.badInput("`" + name + "` is required", "missing_" + name));
    }

    public Optional<String> optionalText(String name) {
        @Nullable JsonNode node = body.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw Refusal.badInput("`" + name + "` must be a string", "malformed_" + name);
        }
        return node.textValue().isEmpty() ? Optional.empty() : Optional.of(node.textValue());
    }

    /** As {@link #optionalText}, and null is absent: for members that callers fill from what they may not have. */
    public Optional<String> optionalTextOrNull(String name) {
        return body.path(name).isNull() ? Optional.empty() : optionalText(name);
    }

    /** A required whole number. */
    public long integer(String name) {
        return optionalInteger(name)
                .orElseThrow(() -> Refusal.badInput("`" + name + "` is required", "missing_" + name));
    }

    public Optional<Long> optionalInteger(String name) {
        @Nullable JsonNode node = body.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw Refusal.badInput("`" + name + "` must be an integer", "malformed_" + name);
        }
        return Optional.of(node.longValue());
    }

    /** A list of texts; a list of anything else is refused, an empty text too. */
    public Optional<List<String>> optionalTexts(String name) {
        @Nullable JsonNode node = body.get(name);
        if (node == null) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode member : node) {
            if (node.isArray() && member.isTextual() && !member.textValue().isEmpty()) {
                texts.add(member.textValue());
            }
        }
        if (!node.isArray() || texts.size() != node.size()) {
            throw Refusal.badInput("`" + name + "` must be a list of strings", "malformed_" + name);
        }
        return Optional.of(List.copyOf(texts));
    }

    public Optional<Boolean> optionalFlag(String name) {
        @Nullable JsonNode node = body.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isBoolean()) {
            throw Refusal.badInput("`" + name + "` must be true or false", "malformed_" + name);
        }
        return Optional.of(node.booleanValue());
    }

    public Optional<Members> optionalObject(String name) {
        @Nullable JsonNode node = body.get(name);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof ObjectNode object) {
            return Optional.of(new Members(object));
        }
        throw Refusal.badInput("`" + name + "` must be an object", "malformed_" + name);
    }

    /** True for a member that is there and null: a wish to have none. */
    public boolean isNull(String name) {
        return body.path(name).isNull();
    }

    public boolean has(String name) {
        return body.has(name);
    }

    /** A text where the member is one, for what is judged before the body is. */
    public Optional<String> lenientText(String name) {
        return Optional.ofNullable(body.get(name)).map(JsonNode::textValue);
    }
}
