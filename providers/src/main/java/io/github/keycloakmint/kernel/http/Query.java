package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;

/** Strict reading of query parameters: one given twice is refused. */
public final class Query {

    private final MultivaluedMap<String, String> parameters;

    Query(MultivaluedMap<String, String> parameters) {
        this.parameters = parameters;
    }

    public Optional<String> text(String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw Refusal.badInput("`" + name + "` was given twice", "duplicate_" + name);
        }
        return values.stream().findFirst().filter(value -> !value.isEmpty());
    }

    public Optional<Boolean> flag(String name) {
        return text(name).map(value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.badInput("`" + name + "` must be true or false", "malformed_" + name);
        });
    }

    /** A whole number from {@code least} to {@code most}. */
    public int integer(String name, int fallback, int least, int most) {
        return text(name)
                .map(value -> {
                    try {
                        int number = Integer.parseInt(value);
                        if (number >= least && number <= most) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        throw outside(name, least, most);
                    }
                    throw outside(name, least, most);
                })
                .orElse(fallback);
    }

    private static Refusal outside(String name, int least, int most) {
        return Refusal.badInput("`" + name + "` must be an integer from " + least + " to " + most, "malformed_" + name);
    }
}
