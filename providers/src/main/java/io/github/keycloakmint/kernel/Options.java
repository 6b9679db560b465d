package io.github.keycloakmint.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;

/**
 * Typed reading of one provider's server options. A value that does not fit stops the server at start with a message
 * that names the option; the value itself is not repeated, since it may be a secret.
 */
public final class Options {

    private final String prefix;
    private final Function<String, @Nullable String> values;
    private final Supplier<Set<String>> properties;

    /** The options of provider {@code provider} of SPI {@code spi}. */
    public Options(String spi, String provider, Config.Scope scope) {
        this("--spi-" + spi + "--" + provider + "--", scope::get, scope::getPropertyNames);
    }

    Options(String prefix, Function<String, @Nullable String> values) {
        this(prefix, values, Set::of);
    }

    private Options(String prefix, Function<String, @Nullable String> values, Supplier<Set<String>> properties) {
        this.prefix = prefix;
        this.values = values;
        this.properties = properties;
    }

    /** Names of all that somebody has set, in whatever way, known or not. */
    public Set<String> names() {
        // Keycloak has them with what they all begin with, kc.spi-<spi>--<provider>--; those of environment variables
        // too,
        // lower case and with dashes for underscores (KcEnvConfigSource)
        return properties.get().stream()
                .map(property ->
                        property.contains("--") ? property.substring(property.lastIndexOf("--") + 2) : property)
                .collect(Collectors.toUnmodifiableSet());
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(values.apply(name)).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** {@code true} or {@code false}, nothing else. */
    public boolean flag(String name, boolean fallback) {
        return text(name)
                .map(value -> switch (value.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw bad(name, "true or false");
                })
                .orElse(fallback);
    }

    /** A whole number from {@code least} to {@code most}. */
    public int integer(String name, int fallback, int least, int most) {
        String expected = "a whole number from " + least + " to " + most;
        return text(name)
                .map(value -> {
                    if (!value.matches("\\d{1,9}")) {
                        throw bad(name, expected);
                    }
                    int number = Integer.parseInt(value);
                    if (number < least || number > most) {
                        throw bad(name, expected);
                    }
                    return number;
                })
                .orElse(fallback);
    }

    /** A list separated by commas, blanks around its members dropped. */
    public List<String> list(String name) {
        return text(name)
                .map(value -> Arrays.stream(value.split(",", -1))
                        .map(String::trim)
                        .filter(member -> !member.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    public Set<String> set(String name) {
        return list(name).stream().collect(Collectors.toUnmodifiableSet());
    }

    /** What to throw when the value of {@code name} does not fit. */
    public IllegalArgumentException bad(String name, String expected) {
        return new IllegalArgumentException("Option " + prefix + name + " must be " + expected);
    }
}
