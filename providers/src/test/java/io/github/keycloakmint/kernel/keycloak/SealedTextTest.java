package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealedTextTest {

    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "abcdef0123456789abcdef0123456789".getBytes(StandardCharsets.UTF_8);

    @Test
    void a_text_comes_back_with_its_key_and_context_alone() {
        String sealed = SealedText.seal(KEY, "here", "välue");
        assertThat(SealedText.open(List.of(OTHER, KEY), "here", sealed)).contains("välue");
        assertThat(SealedText.open(List.of(OTHER), "here", sealed)).isEmpty();
        assertThat(SealedText.open(List.of(), "here", sealed)).isEmpty();
        assertThat(SealedText.open(List.of(KEY), "there", sealed)).isEmpty();
        assertThat(SealedText.seal(KEY, "here", "välue")).isNotEqualTo(sealed);
    }

    @Test
    void whatever_was_changed_is_none() {
        String sealed = SealedText.seal(KEY, "here", "value");
        for (String changed : List.of(
                "",
                "A",
                "AAAAAAAAAAAAAAAA",
                sealed.substring(1),
                sealed.substring(0, sealed.length() - 4),
                sealed + "AAAA",
                sealed + "=",
                (sealed.charAt(20) == 'A' ? sealed.substring(0, 20) + 'B' : sealed.substring(0, 20) + 'A')
                        + sealed.substring(21))) {
            assertThat(SealedText.open(List.of(KEY), "here", changed))
                    .as(changed)
                    .isEmpty();
        }
    }
}
