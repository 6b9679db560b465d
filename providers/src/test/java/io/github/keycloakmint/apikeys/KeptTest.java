package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeptTest {

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger readings = new AtomicInteger();
    private final Epochs epochs = new Epochs();
    private final Kept<String> kept = new Kept<>(epochs, now::get);

    private Optional<String> get(String name, Optional<String> value) {
        return kept.get(name, "realm/keys", () -> {
            readings.incrementAndGet();
            return value;
        });
    }

    @Test
    void what_was_read_is_kept_for_three_seconds() {
        get("realm/a", Optional.of("old"));
        now.addAndGet(Duration.ofMillis(2_900).toNanos());
        assertThat(get("realm/a", Optional.of("new"))).contains("old");
        now.addAndGet(Duration.ofMillis(200).toNanos());
        assertThat(get("realm/a", Optional.of("new"))).contains("new");
    }

    @Test
    void a_change_on_this_node_ends_it_at_once() {
        get("realm/a", Optional.of("old"));
        epochs.next("realm/a");
        assertThat(get("realm/a", Optional.of("new"))).contains("new");
        epochs.next("realm/keys");
        assertThat(get("realm/a", Optional.empty())).isEmpty();
        assertThat(get("realm/a", Optional.of("again"))).isEmpty();
    }

    @Test
    void a_reader_that_a_change_overtook_does_not_bring_the_past_back() {
        kept.get("realm/a", "realm/keys", () -> {
            epochs.next("realm/a");
            return Optional.of("old");
        });
        assertThat(get("realm/a", Optional.of("new"))).contains("new");
    }

    @Test
    void unknown_ids_are_kept_apart_and_bounded_so_that_they_throw_nobody_out() {
        for (int i = 0; i < 1_000; i++) {
            get("realm/good" + i, Optional.of("good"));
        }
        for (int i = 0; i < 3 * Kept.MOST; i++) {
            get("realm/bad" + i, Optional.empty());
        }
        assertThat(kept.size()).isLessThanOrEqualTo(Kept.MOST + 1_000L);
        int before = readings.get();
        for (int i = 0; i < 1_000; i++) {
            assertThat(get("realm/good" + i, Optional.empty())).contains("good");
        }
        assertThat(readings.get()).isEqualTo(before);
    }

    @Test
    void known_ones_are_bounded_too() {
        for (int i = 0; i < 3 * Kept.MOST; i++) {
            get("realm/good" + i, Optional.of("good"));
        }
        assertThat(kept.size()).isLessThanOrEqualTo(Kept.MOST);
    }
}
