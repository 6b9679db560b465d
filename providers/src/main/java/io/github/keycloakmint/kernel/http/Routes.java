package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.CapabilityFactory;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Every endpoint of every capability that is plugged in. Paths are matched as they come: no trailing slash, no other
 * case, no double slash, so that a path has one spelling. Where two capabilities offer one path, one that is on answers.
 */
final class Routes {

    /** An endpoint that matched, with the values of its path's placeholders. */
    record Match(Endpoint endpoint, boolean active, Map<String, String> parameters) {}

    private record Entry(Endpoint endpoint, boolean active, List<String> segments) {}

    private final List<Entry> entries;

    private Routes(List<Entry> entries) {
        this.entries = entries;
    }

    static Routes of(KeycloakSessionFactory factory) {
        return new Routes(factory.getProviderFactoriesStream(Capability.class)
                .map(CapabilityFactory.class::cast)
                .flatMap(capability -> capability.endpoints().stream()
                        .map(endpoint -> new Entry(endpoint, capability.active(), segments(endpoint.path()))))
                .toList());
    }

    Optional<Match> find(Area area, String path) {
        List<String> asked = segments(path);
        Optional<Match> off = Optional.empty();
        for (Entry entry : entries) {
            if (entry.endpoint().area() == area) {
                Optional<Match> match = match(entry.segments(), asked)
                        .map(parameters -> new Match(entry.endpoint(), entry.active(), parameters));
                if (match.isPresent() && entry.active()) {
                    return match;
                }
                off = off.or(() -> match);
            }
        }
        return off;
    }

    private static Optional<Map<String, String>> match(List<String> template, List<String> asked) {
        boolean tail = template.get(template.size() - 1).equals(Endpoint.TAIL);
        int words = tail ? template.size() - 1 : template.size();
        if (tail ? asked.size() <= words : asked.size() != words) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < words; i++) {
            String segment = template.get(i);
            if (segment.startsWith("{")) {
                if (asked.get(i).isEmpty()) {
                    return Optional.empty();
                }
                parameters.put(segment.substring(1, segment.length() - 1), decoded(asked.get(i)));
            } else if (!segment.equals(asked.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(parameters);
    }

    /** Of placeholders' values only; the words of a path have one spelling. A broken escape matches nothing. */
    private static String decoded(String segment) {
        try {
            return URI.create("/" + segment).getPath().substring(1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }
}
