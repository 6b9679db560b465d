package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

    private static RequestPath path(String raw) {
        return RequestPath.of(raw).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "embed",
                "/embed%2fchat",
                "/embed%2Fchat",
                "/embed%5cchat",
                "/embed\\chat",
                "/embed%00",
                "/embed%0a",
                "/embed%c2%85",
                "/embed%252fchat",
                "/embed%25",
                "/embed%",
                "/embed%2",
                "/embed%zz",
                "/embed%c0%af",
                "/embed%ff",
                "/embed/../admin",
                "/embed/%2e%2e/admin",
                "/embed/.%2e/admin",
                "/embed/./chat",
                "/embed/..",
                "//embed",
                "/embed//chat",
                "/embed;/chat",
                "/embed/..;/admin",
                "/embed%3b",
                "/embed chat",
                "/embed?x",
                "/embed#x",
                "/embéd",
                "http://host/embed"
            })
    void a_path_that_can_be_read_in_two_ways_is_none(String raw) {
        assertThat(RequestPath.of(raw)).as(raw).isEmpty();
    }

    @Test
    void an_endless_path_is_none() {
        assertThat(RequestPath.of("/" + "a".repeat(2_047))).isPresent();
        assertThat(RequestPath.of("/" + "a".repeat(2_048))).isEmpty();
    }

    @Test
    void spellings_of_one_path_are_one() {
        assertThat(path("/%65mbed/ch%61t")).isEqualTo(path("/embed/chat")).hasToString("/embed/chat");
        assertThat(path("/embed/%C3%A9")).hasToString("/embed/é");
        assertThat(path("/embed/a%20b+c")).hasToString("/embed/a b+c");
        assertThat(path("/embed/")).isNotEqualTo(path("/embed"));
        assertThat(path("/Embed")).isNotEqualTo(path("/embed"));
    }

    @ParameterizedTest
    @CsvSource({
        "/embed, /embed, true",
        "/embed/, /embed, true",
        "/embed, /embed/, true",
        "/embed/chat, /embed/, true",
        "/embed/chat/1, /embed/chat, true",
        "/embedded, /embed, false",
        "/other/embed, /embed, false",
        "/embed, /embed/chat, false",
        "/, /embed, false"
    })
    void a_prefix_covers_whole_segments(String path, String prefix, boolean covered) {
        assertThat(path(path).startsWith(path(prefix))).isEqualTo(covered);
    }

    @Test
    void the_root_is_told_from_others() {
        assertThat(path("/").isRoot()).isTrue();
        assertThat(path("/a").isRoot()).isFalse();
    }
}
