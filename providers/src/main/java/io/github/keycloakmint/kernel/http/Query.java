package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Strict reading of query parameters: one given twice is refused. */
public final class Query {

    /** Java's own reading takes a plus, leading zeros and the digits of every script. */
    private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,8}");

    private final MultivaluedMap<String, String> parameters;

    Query(MultivaluedMap<String, String> parameters) {
        this.parameters = parameters;
    }

    public Optional<String> text(String name) {
        return value(name).filter(value -> !value.isEmpty());
    }

    /** What is there at all. */
    public Set<String> names() {
        return Set.copyOf(parameters.keySet());
    }

    /** All values of one that may come several times, in their order. */
    public List<String> all(String name) {
        return List.copyOf(parameters.getOrDefault(name, List.of()));
    }

    private Optional<String> value(String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw Refusal.badInput("`" + name + "` was given twice", "duplicate_" + name);
        }
        return values.stream().findFirst();
    }

    public Optional<Boolean> flag(String name) {
        return text(name).map(value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.badInput("`" + name + "` must be true or false", "malformed_" + name);
        });
    }

    /** A whole number from {@code least} to {@code most}, in its one spelling. */
    public int integer(String name, int fallback, int least, int most) {
        return value(name)
                .map(value -> Optional.of(value)
                        .filter(text -> NUMBER.matcher(text).matches())
                        .map(Integer::parseInt)
                        .filter(number -> number >= least && number <= most)
                        .orElseThrow(() -> outside(name, least, most)))
                .orElse(fallback);
    }

    private static Refusal outside(String name, int least, int most) {
        return Refusal.badInput("`" + name + "` must be an integer from " + least + " to " + most, "malformed_" + name);
    }
}
