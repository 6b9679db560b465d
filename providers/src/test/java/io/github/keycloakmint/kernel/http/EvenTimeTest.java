package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T16: a refusal's moment doesn't depend on its cause. */
class EvenTimeTest {

    @ParameterizedTest
    @CsvSource({
        "10, 0, 10",
        "10, 1, 10",
        "10, 9, 10",
        "10, 10, 20",
        "10, 19, 20",
        "10, 31, 40",
        "250, 90, 250",
        "250, 260, 500"
    })
    void answers_on_the_next_beat(long beat, long worked, long answered) {
        AtomicLong now = new AtomicLong(5);
        long started = now.getAndAdd(TimeUnit.MILLISECONDS.toNanos(worked));
        // a park that ends early each time, as it may
        new EvenTime(now::get, nanos -> now.addAndGet(Math.max(1, nanos / 2))).await(started, Duration.ofMillis(beat));
        assertThat(now.get() - started).isEqualTo(TimeUnit.MILLISECONDS.toNanos(answered));
    }
}
