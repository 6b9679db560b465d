package io.github.keycloakmint.kernel;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of {@code mint.} attributes of a realm, a client or an organization. Attributes are set by admins at any
 * time, so a value that does not fit can't stop the server: it throws {@link BadAttribute}, and the caller refuses the
 * request (fails closed) and says in the log which attribute is wrong.
 */
public final class Attributes {

    private final String owner;
    private final Function<String, @Nullable String> values;

    /** @param owner how the log names the owner, for example {@code client 'billing-service'} */
    public Attributes(String owner, Function<String, @Nullable String> values) {
        this.owner = owner;
        this.values = values;
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(values.apply(name)).map(String::trim).filter(value -> !value.isEmpty());
    }

    public boolean flag(String name) {
        return text(name)
                .map(value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new BadAttribute(owner, name, "true or false");
                })
                .orElse(false);
    }

    /** A whole number of at least {@code least}. */
    public Optional<Long> integer(String name, long least) {
        return text(name).map(value -> {
            try {
                long number = Long.parseLong(value);
                if (number >= least) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new BadAttribute(owner, name, "a whole number of at least " + least, e);
            }
            throw new BadAttribute(owner, name, "a whole number of at least " + least);
        });
    }

    /** A set separated by commas; empty where the attribute is absent. */
    public Set<String> set(String name) {
        Set<String> members = text(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::trim)
                .filter(member -> !member.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        if (members.isEmpty() && text(name).isPresent()) {
            // a list of nothing would read as no restriction at all
            throw new BadAttribute(owner, name, "a list separated by commas");
        }
        return members;
    }

    public String owner() {
        return owner;
    }

    /** An attribute whose value does not fit; the message is for the log, not for callers. */
    public static final class BadAttribute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public BadAttribute(String owner, String name, String expected) {
            super("Attribute " + name + " of " + owner + " must be " + expected);
        }

        BadAttribute(String owner, String name, String expected, Throwable cause) {
            super("Attribute " + name + " of " + owner + " must be " + expected, cause);
        }
    }
}
