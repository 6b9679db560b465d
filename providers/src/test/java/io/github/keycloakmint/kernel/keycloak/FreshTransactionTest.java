package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.LockTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FreshTransactionTest {

    private final List<Long> pauses = new ArrayList<>();

    @Test
    void work_that_goes_well_is_done_once_and_at_once() {
        assertThat(FreshTransaction.insist(() -> "done", pauses::add)).isEqualTo("done");
        assertThat(pauses).isEmpty();
    }

    @Test
    void a_lock_that_was_not_had_in_time_is_tried_for_again() {
        AtomicInteger attempts = new AtomicInteger();
        assertThat(FreshTransaction.insist(
                        () -> {
                            if (attempts.incrementAndGet() < 3) {
                                throw new IllegalStateException(new LockTimeoutException());
                            }
                            return "done";
                        },
                        pauses::add))
                .isEqualTo("done");
        assertThat(pauses).hasSize(2);
    }

    @Test
    void what_is_no_contention_is_not_tried_again() {
        assertThatThrownBy(() -> FreshTransaction.insist(
                        () -> {
                            throw new IllegalStateException("wrong");
                        },
                        pauses::add))
                .hasMessage("wrong");
        assertThat(pauses).isEmpty();
    }

    @Test
    void the_pauses_grow_and_end() {
        overtaken();
        assertThat(pauses).hasSize(7);
        for (int i = 0; i < pauses.size(); i++) {
            long most = Math.min(
                    Duration.ofMillis(5).toNanos() << i, Duration.ofMillis(200).toNanos());
            assertThat(pauses.get(i)).isBetween(most / 2, most);
        }
    }

    @Test
    void two_that_met_once_do_not_pause_alike() {
        for (int i = 0; i < 20; i++) {
            overtaken();
        }
        assertThat(new HashSet<>(pauses)).hasSizeGreaterThan(100); // of 140
    }

    private void overtaken() {
        assertThatThrownBy(() -> FreshTransaction.insist(
                        () -> {
                            throw new FreshTransaction.Overtaken();
                        },
                        pauses::add))
                .isInstanceOf(FreshTransaction.Overtaken.class);
    }
}
