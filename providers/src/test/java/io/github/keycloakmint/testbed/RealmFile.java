package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A realm file of realm-config/, and what has to change in it before it can stand beside its own copies. */
final class RealmFile {

    /** In capitals only: Keycloak itself writes texts as ${client_account}. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::([^}]*))?}");

    private static final Pattern IDENTIFIER =
            Pattern.compile("\"id\"\\s*:\\s*\"(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})\"");

    private final String text;

    private RealmFile(String text) {
        this.text = text;
    }

    static RealmFile read(Path file) {
        try {
            return new RealmFile(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("No realm file: " + file, e);
        }
    }

    /** The variables that have no default. */
    Set<String> variables() {
        Set<String> names = new TreeSet<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        while (matcher.find()) {
            if (matcher.group(2) == null) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    /** The realm under another name, with platform ids and ids of its own. */
    ObjectNode copy(String name, UnaryOperator<String> variables) {
        String old = Json.parse(text).path("realm").asText();
        String filled = PLACEHOLDER
                .matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(2) != null ? match.group(2) : variables.apply(match.group(1))))
                .replace("default-roles-" + old, "default-roles-" + name)
                .replace("/realms/" + old + "/", "/realms/" + name + "/")
                .replace("/admin/" + old + "/", "/admin/" + name + "/");
        ObjectNode realm = (ObjectNode) Json.parse(withFreshIdentifiers(filled));
        realm.put("realm", name);
        realm.withObject("/attributes").put("mint.platform-id", Integer.toString(Random.number()));
        for (JsonNode organization : realm.path("organizations")) {
            JsonNode attributes = organization.path("attributes");
            if (attributes.has("mint.platform-id")) {
                ((ObjectNode) attributes).putArray("mint.platform-id").add(Integer.toString(Random.number()));
            }
        }
        realm.put("eventsEnabled", true);
        realm.put("adminEventsEnabled", true);
        realm.put("adminEventsDetailsEnabled", true);
        return realm;
    }

    /** Fresh ones, wherever they are referred to: organization groups name their members' groups by id. */
    private static String withFreshIdentifiers(String text) {
        String fresh = text;
        Matcher matcher = IDENTIFIER.matcher(text);
        while (matcher.find()) {
            fresh = fresh.replace(matcher.group(1), UUID.randomUUID().toString());
        }
        return fresh;
    }
}
