package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON lines of category keycloakmint.audit in a server's log. */
public final class AuditLog {

    private static final Pattern LINE =
            Pattern.compile("^\\S+ \\S+ +[A-Z]+ +\\[keycloakmint\\.audit] \\([^)]*\\) (\\{.*)$");

    private final KeycloakServer server;

    public AuditLog(KeycloakServer server) {
        this.server = server;
    }

    /** All so far, oldest first. A line that is no JSON fails the test that asks: it would fail a log pipeline too. */
    public List<JsonNode> lines() {
        return parse(server.log());
    }

    static List<JsonNode> parse(String log) {
        List<JsonNode> lines = new ArrayList<>();
        // The last line may be half written.
        log.substring(0, log.lastIndexOf('\n') + 1).lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (line.contains("keycloakmint.audit") && matcher.matches()) {
                lines.add(Json.parse(matcher.group(1)));
            }
        });
        return lines;
    }

    /** How many there are now, for {@link #since}. */
    public int mark() {
        return lines().size();
    }

    public List<JsonNode> since(int mark) {
        List<JsonNode> lines = lines();
        return lines.subList(mark, lines.size());
    }

    /** The newest line that fits; waits for it, since the log is written behind the answer's back. */
    public JsonNode await(Predicate<JsonNode> wanted, Duration limit) {
        return Poll.until(
                "an audit line", limit, () -> lines().stream().filter(wanted).reduce((first, second) -> second));
    }

    /** As above, within ten seconds. */
    public JsonNode await(Predicate<JsonNode> wanted) {
        return await(wanted, Duration.ofSeconds(10));
    }
}
