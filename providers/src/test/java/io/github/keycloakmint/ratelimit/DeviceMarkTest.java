package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.ratelimit.DeviceMark.Binding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceMarkTest {

    private static final byte[] KEY = "a key of the test's own".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "another key".getBytes(StandardCharsets.UTF_8);
    private static final Binding JANE = new Binding("app", "jane", "password.1", "jane@example.com");

    private static DeviceMark read(DeviceMark mark) {
        return DeviceMark.parse(mark.text()).orElseThrow();
    }

    @Test
    void a_mark_comes_back_as_it_was_made() {
        DeviceMark mark = DeviceMark.make(KEY, JANE, 1_700_000_000);
        assertThat(mark.text()).hasSize(DeviceMark.LENGTH);
        assertThat(read(mark).issued()).isEqualTo(1_700_000_000);
        assertThat(read(mark).id()).isEqualTo(mark.id());
        assertThat(read(mark).isFor(List.of(OTHER, KEY), JANE)).isTrue();
    }

    @Test
    void another_key_has_signed_none() {
        assertThat(read(DeviceMark.make(KEY, JANE, 1)).isFor(List.of(OTHER), JANE))
                .isFalse();
        assertThat(read(DeviceMark.make(KEY, JANE, 1)).isFor(List.of(), JANE)).isFalse();
    }

    @Test
    void T32_it_is_good_for_one_user_with_one_password_and_email_at_one_door() {
        DeviceMark mark = read(DeviceMark.make(KEY, JANE, 1));
        for (Binding other : List.of(
                new Binding("", "jane", "password.1", "jane@example.com"),
                new Binding("app", "john", "password.1", "jane@example.com"),
                new Binding("app", "jane", "password.2", "jane@example.com"),
                new Binding("app", "jane", "password.1", "jane@example.org"),
                // the same characters, cut otherwise
                new Binding("appj", "ane", "password.1", "jane@example.com"),
                new Binding("app", "janep", "assword.1", "jane@example.com"),
                new Binding("app", "jane", "password.1jane@example.com", ""))) {
            assertThat(mark.isFor(List.of(KEY), other)).as(other.toString()).isFalse();
        }
    }

    @Test
    void no_bit_of_it_can_be_changed() {
        byte[] bytes = UrlBase64.decode(DeviceMark.make(KEY, JANE, 1).text()).orElseThrow();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(DeviceMark.parse(UrlBase64.encode(changed)).orElseThrow().isFor(List.of(KEY), JANE))
                    .isFalse();
        }
    }

    @Test
    void anything_else_is_no_mark() {
        String text = DeviceMark.make(KEY, JANE, 1).text();
        for (String other : List.of(
                "",
                text.substring(1),
                text + "A",
                text.substring(0, text.length() - 1) + "=",
                text.substring(0, text.length() - 1) + "%",
                " ".repeat(DeviceMark.LENGTH),
                "x".repeat(100_000))) {
            assertThat(DeviceMark.parse(other)).isEmpty();
        }
    }

    @Test
    void no_two_are_alike_and_none_tells_whose_it_is() {
        DeviceMark first = DeviceMark.make(KEY, JANE, 1);
        assertThat(first.id()).isNotEqualTo(DeviceMark.make(KEY, JANE, 1).id());
        assertThat(new String(UrlBase64.decode(first.text()).orElseThrow(), StandardCharsets.ISO_8859_1))
                .doesNotContain("jane", "app");
        assertThat(first.toString()).isEqualTo("DeviceMark");
    }
}
