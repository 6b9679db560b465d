package io.github.keycloakmint.kernel.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BucketsTest {

    private final Buckets buckets = new Buckets(1_000);
    private final Buckets.Rate rate = new Buckets.Rate(3, 3_600);

    @Test
    void so_many_pass_and_the_next_is_told_how_long_to_wait() {
        for (int i = 0; i < 3; i++) {
            assertThat(buckets.take("realm/a", rate)).isEmpty();
        }
        assertThat(buckets.take("realm/a", rate))
                .hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20)));
        assertThat(buckets.take("realm/b", rate)).isEmpty();
    }

    @Test
    void another_rate_starts_anew() {
        for (int i = 0; i < 4; i++) {
            buckets.take("realm/a", rate);
        }
        assertThat(buckets.take("realm/a", new Buckets.Rate(1, 3_600))).isEmpty();
        assertThat(buckets.take("realm/a", new Buckets.Rate(1, 3_600))).isPresent();
    }
}
