package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.ratelimit.DeviceMark.Binding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
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
        return cookie.all().map(DeviceMark::issued).toList();
    }

    private static DeviceMarks with(DeviceMarks cookie, int number) {
        return with(cookie, number, 0);
    }

    /** @param over which are so old that they are over */
    private static DeviceMarks with(DeviceMarks cookie, int number, int over) {
        return cookie.with(
                mark(number), other -> other.isFor(List.of(KEY), user(number)), other -> other.issued() <= over);
    }

    private static String cookie(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> mark(number).text())
                .collect(Collectors.joining("."));
    }

    @Test
    void it_keeps_a_mark_for_each_of_a_few_people_the_newest_first() {
        DeviceMarks cookie = DeviceMarks.parse(List.of());
        assertThat(cookie.all()).isEmpty();
        for (int number = 1; number <= 10; number++) {
            cookie = DeviceMarks.parse(List.of(with(cookie, number).value()));
        }
        assertThat(issued(cookie)).containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L);
        assertThat(issued(DeviceMarks.parse(List.of(with(cookie, 4).value()))))
                .containsExactly(4L, 10L, 9L, 8L, 7L, 6L, 5L, 3L);
        assertThat(issued(with(cookie, 11, 7))).containsExactly(11L, 10L, 9L, 8L);
    }

    @Test
    void what_is_no_mark_is_left_out() {
        String mark = mark(1).text();
        assertThat(issued(DeviceMarks.parse(List.of("", ".", "x." + mark + "..y", "%"))))
                .containsExactly(1L);
    }

    @Test
    void of_several_cookies_none_keeps_another_from_being_read() {
        List<String> cookies = new ArrayList<>(Collections.nCopies(4, cookie(11, 18)));
        cookies.add(cookie(1, 3));
        DeviceMarks marks = DeviceMarks.parse(cookies);
        assertThat(issued(marks)).hasSize(35).contains(1L, 2L, 3L);
        // what lies beside one of the same person was made here
        assertThat(issued(with(marks, 2))).startsWith(2L, 1L, 3L, 11L).hasSize(8);
        assertThat(issued(with(marks, 4))).startsWith(4L, 11L).hasSize(8);
    }

    @Test
    void it_reads_no_cookie_that_is_longer_than_it_writes_and_only_so_many() {
        String full = cookie(1, 8);
        assertThat(DeviceMarks.parse(List.of(full)).all()).hasSize(8);
        assertThat(DeviceMarks.parse(List.of(cookie(1, 9))).all()).isEmpty();
        assertThat(DeviceMarks.parse(Collections.nCopies(1_000, full)).all()).hasSize(16 * 8);
        assertThat(DeviceMarks.parse(List.of("x".repeat(1_000_000))).all()).isEmpty();
    }
}
