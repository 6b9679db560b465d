package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param headers by lower case name
 */
public record Answer(int status, Map<String, List<String>> headers, String body) {

    /** The body as JSON; an AssertionError with the body when it is none. */
    public JsonNode json() {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON in the answer with status " + status + ": " + body, e);
        }
    }

    /** The first value. */
    public Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }

    public List<String> headers(String name) {
        return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of());
    }

    /** Returns itself when the status is one of these; for calls that prepare a test. */
    public Answer expect(int... statuses) {
        for (int expected : statuses) {
            if (status == expected) {
                return this;
            }
        }
        throw new AssertionError("Unexpected status " + status + ": " + body);
    }
}
