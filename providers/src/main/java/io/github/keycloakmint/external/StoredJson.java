package io.github.keycloakmint.external;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON in attributes. Admins may edit them by hand, so what is read may be anything. */
final class StoredJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private StoredJson() {}

    /** Empty where {@code text} is no JSON. */
    static Optional<JsonNode> read(String text) {
        try {
            return Optional.ofNullable(MAPPER.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JsonProcessingException e) {
            // the reader decides what stands for it; the text itself may be personal and goes nowhere
            return Optional.empty();
        }
    }

    static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree can't be written as JSON", e);
        }
    }

    /** A tree of anything that Jackson can write. */
    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** An object's members as plain Java values, for Keycloak's mappers. */
    @SuppressWarnings("unchecked") // Jackson makes exactly this of an object
    static Map<String, Object> members(JsonNode object) {
        return MAPPER.convertValue(object, Map.class);
    }

    /** Records as lists and maps, which any JSON writer takes. */
    static Object plain(List<?> records) {
        return MAPPER.convertValue(records, List.class);
    }

    static boolean same(String one, String other) {
        return read(one).isPresent() && read(one).equals(read(other));
    }
}
