package io.github.keycloakmint.kernel.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitReachedTest {

    /** Whoever comes when he is told to is not refused again, by a nanosecond or by more. */
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "1000000000, 1", "1000000001, 2", "1999999999, 2", "6000000000, 6", "6000000001, 7"})
    void seconds_are_rounded_up(long nanos, String seconds) {
        LimitReached over = new LimitReached("address", new Buckets.Rate(50, 300), Duration.ofNanos(nanos), true);
        assertThat(over.refusal("limit").headers()).containsEntry("Retry-After", seconds);
        assertThat(over.headers().get("RateLimit")).endsWith(";t=" + seconds);
    }
}
