package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.ratelimit.DeviceMark.Binding;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeviceMarksTest {

    private static final byte[] KEY = "a key of the test's own".getBytes(StandardCharsets.UTF_8);

    private static Binding user(int number) {
        return new Binding("app", "user" + number, "password", number + "@example.com");
    }

    private static DeviceMark mark(int number) {
        return DeviceMark.make(KEY, user(number), number);
    }

    private static List<Long> issued(DeviceMarks cookie) {
        return cookie.all().stream().map(DeviceMark::issued).toList();
    }

    private static DeviceMarks with(DeviceMarks cookie, int number) {
        return cookie.with(mark(number), other -> other.isFor(List.of(KEY), user(number)));
    }

    @Test
    void it_keeps_a_mark_for_each_of_a_few_people_the_newest_first() {
        DeviceMarks cookie = DeviceMarks.parse(List.of());
        assertThat(cookie.all()).isEmpty();
        for (int number = 1; number <= 6; number++) {
            cookie = DeviceMarks.parse(List.of(with(cookie, number).value()));
        }
        assertThat(issued(cookie)).containsExactly(6L, 5L, 4L, 3L);
        assertThat(issued(DeviceMarks.parse(List.of(with(cookie, 4).value())))).containsExactly(4L, 6L, 5L, 3L);
    }

    @Test
    void what_is_no_mark_is_left_out() {
        String mark = mark(1).text();
        assertThat(issued(DeviceMarks.parse(List.of("", ".", "x." + mark + "..y", "%"))))
                .containsExactly(1L);
    }

    @Test
    void it_reads_no_more_than_it_writes() {
        String full = String.join(
                ".", IntStream.rangeClosed(1, 4).mapToObj(n -> mark(n).text()).toList());
        assertThat(DeviceMarks.parse(List.of(full)).all()).hasSize(4);
        assertThat(DeviceMarks.parse(List.of(full + "." + mark(5).text())).all())
                .isEmpty();
        assertThat(DeviceMarks.parse(Collections.nCopies(1_000, full)).all()).hasSize(4);
        assertThat(DeviceMarks.parse(List.of("x".repeat(1_000_000))).all()).isEmpty();
    }
}
