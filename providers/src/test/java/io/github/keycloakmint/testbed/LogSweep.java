package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for secrets and tokens where they must not be. What goes away before the end of a run (the events of a deleted
 * realm, the metrics of a stopped server) is gathered when it goes, and swept at the end with all that is known then.
 */
public final class LogSweep {

    private static final int PREFIX = 12;
    private static final int EXCERPT = 80;

    private static final Map<String, String> EVIDENCE = new LinkedHashMap<>();

    private LogSweep() {}

    /** One line for every remembered secret that occurs, without the secret itself. */
    public static List<String> leaksIn(String haystack) {
        // By their first characters: thousands of tokens times megabytes of log would take minutes one by one.
        Map<String, List<String>> byPrefix = new HashMap<>();
        for (String secret : Secrets.all()) {
            byPrefix.computeIfAbsent(secret.substring(0, PREFIX), ignored -> new ArrayList<>())
                    .add(secret);
        }
        List<String> leaks = new ArrayList<>();
        for (int at = 0; at + PREFIX <= haystack.length(); at++) {
            for (String secret : byPrefix.getOrDefault(haystack.substring(at, at + PREFIX), List.of())) {
                if (haystack.startsWith(secret, at)) {
                    leaks.add(describe(secret, haystack, at));
                }
            }
        }
        return leaks;
    }

    /** Keeps a text for the sweep at the end. */
    public static synchronized void add(String source, String text) {
        EVIDENCE.merge(source, text, (older, newer) -> older + "\n" + newer);
    }

    static synchronized Map<String, String> evidence() {
        return new LinkedHashMap<>(EVIDENCE);
    }

    /** Log, metrics and all realms' events. A server that has gone already leaves its log at least. */
    static void gather(KeycloakServer server) {
        String name = server.logFile().getFileName().toString();
        try {
            add("metrics of " + name, new Metrics(server).text());
            for (JsonNode realm : Admin.of(server)
                    .get("/admin/realms?briefRepresentation=true")
                    .expect(200)
                    .json()) {
                gatherEvents(server, realm.path("realm").asText());
            }
        } catch (UncheckedIOException e) {
            add("metrics of " + name, "");
        }
        add(name, server.log());
    }

    static void gatherEvents(KeycloakServer server, String realm) {
        String path = "/admin/realms/" + realm;
        for (String kind : List.of("/events", "/admin-events")) {
            String text = Admin.of(server)
                    .get(path + kind + "?max=100000")
                    .expect(200)
                    .body();
            add("realm " + realm + kind, text);
        }
    }

    private static String describe(String secret, String haystack, int at) {
        int from = Math.max(0, at - EXCERPT);
        String before = haystack.substring(from, at).replace('\n', ' ');
        return "a secret of " + secret.length() + " characters after: …" + before;
    }
}
