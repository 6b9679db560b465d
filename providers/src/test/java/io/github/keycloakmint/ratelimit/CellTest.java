package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellTest {

    private static final long NOW = 1_800_000_000_000_000_000L;

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 300", "7, 300", "600001, 1", "999999, 1", "1000000, 86400", "999983, 86400"})
    void a_full_bucket_has_the_limits_calls_and_no_more_come_back_than_it_says(long calls, long seconds) {
        Cell cell = Cell.of(new Buckets.Rate(calls, seconds));
        assertThat(cell.free(NOW, NOW)).isEqualTo(calls);
        assertThat(cell.free(NOW - TimeUnit.HOURS.toNanos(1), NOW)).isEqualTo(calls);
        long empty = cell.after(NOW, NOW, calls);
        assertThat(cell.free(empty, NOW)).isZero();
        assertThat(cell.free(empty, NOW + TimeUnit.SECONDS.toNanos(seconds)))
                .isBetween(calls - 1 - calls / 1_000, calls);
        assertThat(cell.interval() * calls).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(seconds));
    }

    @ParameterizedTest
    @CsvSource({"1, 86400", "1000000, 86400", "5, 300"})
    void nobody_owes_more_than_a_second_window(long calls, long seconds) {
        Cell cell = Cell.of(new Buckets.Rate(calls, seconds));
        long latest = NOW + 2 * cell.window();
        assertThat(cell.within(Long.MAX_VALUE, NOW)).isEqualTo(latest);
        assertThat(cell.within(Long.MIN_VALUE, NOW)).isEqualTo(NOW);
        assertThat(cell.owing(latest, NOW)).isEqualTo(latest);
        assertThat(cell.free(latest, NOW)).isZero();
        assertThat(cell.untilOne(latest, NOW)).isEqualTo(cell.window() + cell.interval());
    }
}
