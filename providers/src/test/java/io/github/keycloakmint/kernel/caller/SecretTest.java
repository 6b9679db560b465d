package io.github.keycloakmint.kernel.caller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T14: what counts as unset. */
class SecretTest {

    private static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    @Test
    void thirty_two_random_characters_will_do() {
        String value = random();
        Secret secret = Secret.of(Optional.of(value)).orElseThrow();
        assertThat(secret.matches(value)).isTrue();
        assertThat(secret.matches(value + " ")).isFalse();
        assertThat(secret.matches("")).isFalse();
        assertThat(secret.toString()).doesNotContain(value);
    }

    @Test
    void one_character_less_counts_as_unset() {
        assertThat(Secret.of(Optional.of(random().substring(1)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${TRIBE_SERVICE_MINT_SECRET}-and-some-more",
                "replace-me-with-32-random-characters",
                "change-me-change-me-change-me-change-me",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "                                        "
            })
    void placeholders_and_examples_count_as_unset(String value) {
        assertThat(Secret.of(Optional.of(value))).isEmpty();
    }

    /** Whatever the repository's own files set a secret to must be refused, so that no example becomes somebody's key. */
    @Test
    void every_secret_that_stands_in_the_repository_counts_as_unset() throws IOException {
        Pattern assignment = Pattern.compile("(?i)[a-z_\"-]*secret[a-z_\"]*\\s*[:=]\\s*[\"']?([^\\s\"',]{32,})");
        Path root = Path.of(System.getProperty("repository.root"));
        List<Path> places = List.of(
                root.resolve("realm-config"), root.resolve("docker"), root.resolve("docs"), root.resolve("README.md"));
        for (Path place : places) {
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assignment
                            .matcher(Files.readString(file, StandardCharsets.UTF_8))
                            .results()
                            .map(match -> match.group(1))
                            .forEach(value -> assertThat(Secret.usable(value))
                                    .as(file + ": " + value)
                                    .isFalse());
                }
            }
        }
    }
}
