package io.github.keycloakmint.kernel.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** T11: strangers can't flood the log. */
class FloodGateTest {

    private final AtomicLong now = new AtomicLong();
    private final FloodGate gate = new FloodGate(now::get);

    @Test
    void lets_some_through_and_counts_the_rest() {
        for (int i = 0; i < 100; i++) {
            assertThat(gate.pass("kind")).isEqualTo(OptionalLong.of(0));
        }
        for (int i = 0; i < 25; i++) {
            assertThat(gate.pass("kind")).isEmpty();
        }
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(gate.pass("kind")).isEqualTo(OptionalLong.of(25));
        assertThat(gate.pass("kind")).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void one_kind_does_not_silence_another() {
        for (int i = 0; i < 200; i++) {
            gate.pass("one");
        }
        assertThat(gate.pass("other")).isEqualTo(OptionalLong.of(0));
    }
}
