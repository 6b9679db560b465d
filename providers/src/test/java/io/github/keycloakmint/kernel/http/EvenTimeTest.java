package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T16: a refusal's moment doesn't depend on its cause. */
class EvenTimeTest {

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 10", "9, 10", "10, 20", "19, 20", "31, 40"})
    void answers_on_the_next_beat(long worked, long answered) {
        AtomicLong now = new AtomicLong(5);
        long started = now.getAndAdd(TimeUnit.MILLISECONDS.toNanos(worked));
        // a park that ends early each time, as it may
        new EvenTime(now::get, nanos -> now.addAndGet(Math.max(1, nanos / 2))).await(started);
        assertThat(now.get() - started).isEqualTo(TimeUnit.MILLISECONDS.toNanos(answered));
    }
}
