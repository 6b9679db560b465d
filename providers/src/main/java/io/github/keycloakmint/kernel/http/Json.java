package io.github.keycloakmint.kernel.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** JSON as the bundle reads and writes it: strict in, plain out. */
public final class Json {

    /** Depth enough for every documented body; beyond it a body is refused instead of recursed into. */
    private static final int DEEPEST = 32;

    private static final JsonMapper STRICT = JsonMapper.builder(factory())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final JsonMapper PLAIN = JsonMapper.builder().build();

    /** Escapes everything that is not ASCII, so that no look-alike of a line break gets into a log line (T11). */
    private static final JsonMapper ASCII = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .build();

    private Json() {}

    private static JsonFactory factory() {
        return new JsonFactoryBuilder()
                // RFC 8259 leaves duplicate names to the reader; two readers that differ are an attack
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNumberLength(64)
                        .maxStringLength(Exchange.LARGEST_BODY)
                        .build())
                .build();
    }

    /** Reads one JSON object in UTF-8. Duplicate members, anything behind the object and broken UTF-8 are refused. */
    static ObjectNode object(byte[] body) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonNode node = STRICT.readTree(text);
            if (node instanceof ObjectNode object && !(text.contains("\\u") && broken(object))) {
                return object;
            }
        } catch (CharacterCodingException | JsonProcessingException e) {
            // the parser's own words may repeat the body, so they go nowhere
            throw Refusal.badInput("The body must be one JSON object", "malformed_json");
        }
        throw Refusal.badInput("The body must be one JSON object", "malformed_json");
    }

    /**
     * True where an escape left half a surrogate pair (RFC 8259 section 8.2): no text of Unicode, which hashing, databases and
     * other readers each treat in their own way.
     */
    private static boolean broken(JsonNode node) {
        if (node.isTextual()) {
            String text = node.textValue();
            return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
        }
        return node.properties().stream()
                        .anyMatch(member -> broken(TextNode.valueOf(member.getKey())) || broken(member.getValue()))
                || (node.isArray()
                        && StreamSupport.stream(node.spliterator(), false).anyMatch(Json::broken));
    }

    /** Reads a document that is no body of a request just as strictly; empty for anything but one JSON object. */
    public static Optional<ObjectNode> strict(byte[] document) {
        try {
            return Optional.of(object(document));
        } catch (Refusal e) {
            return Optional.empty(); // the caller has its own error for it
        }
    }

    /** A record as JSON bytes. */
    public static byte[] bytes(Object body) {
        try {
            return PLAIN.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A response record can't be written as JSON", e);
        }
    }

    /** A tree as one line of ASCII, for logs. */
    public static String line(JsonNode node) {
        try {
            return ASCII.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A log line can't be written as JSON", e);
        }
    }

    public static ObjectNode empty() {
        return PLAIN.createObjectNode();
    }
}
