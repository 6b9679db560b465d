package io.github.keycloakmint.kernel;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.UserModel;

/**
 * A name as it was given, and the two parts that Keycloak keeps.
 *
 * @param full empty: no name
 */
public record PersonName(Optional<String> full, Optional<String> first, Optional<String> last) {

    public static final PersonName NONE = new PersonName(Optional.empty(), Optional.empty(), Optional.empty());

    /** What {@code user} is called: the parts that he has, in the order of most countries; empty where he has none. */
    public static Optional<String> of(UserModel user) {
        String name = Stream.of(user.getFirstName(), user.getLastName())
                .filter(part -> part != null && !part.isBlank())
                .collect(Collectors.joining(" "));
        return Optional.of(name).filter(text -> !text.isEmpty());
    }

    /** At the last blank; one word is the first name (contract section 2). */
    public static PersonName split(String given) {
        String name = given.strip();
        if (name.isEmpty()) {
            return NONE;
        }
        int blank = name.lastIndexOf(' ');
        return blank < 0
                ? new PersonName(Optional.of(given), Optional.of(name), Optional.empty())
                : new PersonName(
                        Optional.of(given),
                        Optional.of(name.substring(0, blank).stripTrailing()),
                        Optional.of(name.substring(blank + 1)));
    }
}
