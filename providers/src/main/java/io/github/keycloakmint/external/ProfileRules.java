package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.http.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What each field of a profile may be, and the spelling that it is stored in; empty: stored as nothing. */
final class ProfileRules {

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_URL = 2_048;
    private static final int LONGEST_BIO = 10_000;
    private static final int LARGEST_OBJECT = 16 * 1024;

    private ProfileRules() {}

    static Optional<String> username(JsonNode node) {
        return text(node, "username")
                .filter(text -> !text.isEmpty() && text.length() <= LONGEST_NAME && Texts.handle(text))
                .filter(text -> distinct(Texts.key(text)))
                .or(() -> refuse("username", "must be 1 to " + LONGEST_NAME + " printable characters"));
    }

    /** A name goes by its key too, which may be longer than the name, or nothing at all. */
    private static boolean distinct(String key) {
        return !key.isEmpty() && key.length() <= LONGEST_NAME;
    }

    static Optional<String> avatar(JsonNode node) {
        return text(node, "avatar")
                .filter(ProfileRules::webAddress)
                .or(() -> refuse("avatar", "must be an http or https URL of at most " + LONGEST_URL + " characters"));
    }

    /** Pages show it as an image's source: a {@code javascript:} or {@code data:} URL would be a script there. */
    private static boolean webAddress(String text) {
        if (text.length() > LONGEST_URL || !Texts.line(text)) {
            return false;
        }
        try {
            URI url = new URI(text);
            return ("https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()))
                    && url.getHost() != null;
        } catch (URISyntaxException e) {
            // no URL: the caller words the refusal
            return false;
        }
    }

    static Optional<String> bio(JsonNode node) {
        String bio = text(node, "bio").orElse("");
        if (bio.length() > LONGEST_BIO || !Texts.lines(bio)) {
            throw invalid("bio", "must be at most " + LONGEST_BIO + " characters without control characters");
        }
        // what is empty is kept as nothing: not every database tells the two apart
        return Optional.of(bio).filter(text -> !text.isBlank());
    }

    /** RFC 7946 section 3.1.2; further members of the object are dropped. */
    static Optional<String> location(JsonNode node) {
        JsonNode coordinates = node.path("coordinates");
        boolean point = node.isObject()
                && "Point".equals(node.path("type").textValue())
                && coordinates.isArray()
                && coordinates.size() == 2
                && within(coordinates.path(0), 180)
                && within(coordinates.path(1), 90);
        if (!point) {
            throw invalid("location", "must be a GeoJSON Point of longitude (-180 to 180) and latitude (-90 to 90)");
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode().put("type", "Point");
        ArrayNode pair = kept.putArray("coordinates");
        pair.add(coordinates.get(0)).add(coordinates.get(1));
        return Optional.of(StoredJson.text(kept));
    }

    /** False for NaN and infinities too. */
    private static boolean within(JsonNode number, double most) {
        return number.isNumber() && Math.abs(number.doubleValue()) <= most;
    }

    static Optional<String> object(JsonNode node, String field) {
        String text = node.isObject() && Texts.storable(node) ? StoredJson.text(node) : "";
        if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > LARGEST_OBJECT) {
            throw invalid(field, "must be an object of at most " + LARGEST_OBJECT / 1024 + " KiB as JSON");
        }
        return Optional.of(text);
    }

    /** What an admin's mapper makes of claims: by the rules of claims, JSON as the text that it is stored in. */
    static Optional<String> mapped(ProfileField field, Optional<String> value) {
        return value.filter(text -> !text.isBlank()).flatMap(text -> switch (field) {
            case EMAIL -> email(TextNode.valueOf(text));
            case FIRST_NAME, LAST_NAME, FULL_NAME -> Optional.of(line(text, field.attribute()));
            case USERNAME -> username(TextNode.valueOf(text));
            case AVATAR -> avatar(TextNode.valueOf(text));
            case BIO -> bio(TextNode.valueOf(text));
            case LOCATION -> location(json(text));
            case BIRTHDATE -> birthdate(TextNode.valueOf(text));
            case METADATA, SECURE_METADATA -> object(json(text), field.attribute());
        });
    }

    private static JsonNode json(String text) {
        return StoredJson.read(text).orElseGet(MissingNode::getInstance);
    }

    /** One line of a name. */
    static String line(JsonNode node, String field) {
        return line(text(node, field).orElseThrow(), field);
    }

    static String line(String text, String field) {
        if (text.length() > LONGEST_NAME || !Texts.line(text)) {
            throw invalid(field, "must be at most " + LONGEST_NAME + " characters in one line");
        }
        return text;
    }

    private static Optional<String> text(JsonNode node, String field) {
        if (!node.isTextual()) {
            throw invalid(field, "must be a string");
        }
        return Optional.of(node.textValue());
    }

    private static Optional<String> refuse(String field, String rule) {
        throw invalid(field, rule);
    }

    /** @param rule never repeats the value: it may be anything, and somebody's */
    static Refusal invalid(String field, String rule) {
        return Refusal.of(ExternalError.VALIDATION_FAILED, "`" + field + "` " + rule, "invalid_" + field);
    }

    static Optional<String> email(JsonNode node) {
        return text(node, "email")
                .flatMap(EmailAddress::parse)
                .or(() -> refuse("email", "must be a valid email address"));
    }

    static Optional<String> birthdate(JsonNode node) {
        return text(node, "birthdate")
                .flatMap(Moments::parse)
                .map(Moments::text)
                .or(() -> refuse("birthdate", "must be an ISO 8601 date or date-time"));
    }
}
