package io.github.keycloakmint.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeySetTest {

    private final KeySet keys = KeySet.of(Map.of("keys", List.of()), 60);

    @Test
    void the_tag_is_of_the_content() {
        assertThat(KeySet.of(Map.of("keys", List.of()), 5).tag()).isEqualTo(keys.tag());
        assertThat(KeySet.of(Map.of("keys", List.of("another")), 60).tag()).isNotEqualTo(keys.tag());
    }

    @Test
    void a_caller_who_names_the_tag_gets_no_body() {
        assertThat(keys.unlessKnown(List.of("\"a\"", "\"b\", W/" + keys.tag())).status())
                .isEqualTo(304);
        assertThat(keys.unlessKnown(List.of(keys.tag())).body()).isNull();
        assertThat(keys.unlessKnown(List.of()).status()).isEqualTo(200);
        assertThat(keys.unlessKnown(List.of("\"a\"")).headers())
                .containsEntry("Cache-Control", "public, max-age=60")
                .containsEntry("ETag", keys.tag());
    }
}
