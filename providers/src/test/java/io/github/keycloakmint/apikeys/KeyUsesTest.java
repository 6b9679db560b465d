package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class KeyUsesTest {

    private static final long NOON = 20_000 * 86_400L + 43_200;

    private final KeyUses uses = new KeyUses();

    private static long sum(List<KeyUses.Counted> counted) {
        return counted.stream().mapToLong(one -> one.tally().uses()).sum();
    }

    @Test
    void uses_are_counted_by_key_and_day_with_the_last_moment() {
        uses.count("a", NOON);
        uses.count("a", NOON + 5);
        uses.count("a", NOON - 5);
        uses.count("a", NOON + 86_400);
        uses.count("b", NOON);
        assertThat(uses.drain())
                .containsExactlyInAnyOrder(
                        new KeyUses.Counted(new KeyUses.Slot("a", 20_000), new KeyUses.Tally(3, NOON + 5)),
                        new KeyUses.Counted(new KeyUses.Slot("a", 20_001), new KeyUses.Tally(1, NOON + 86_400)),
                        new KeyUses.Counted(new KeyUses.Slot("b", 20_000), new KeyUses.Tally(1, NOON)));
        assertThat(uses.drain()).isEmpty();
    }

    @Test
    void while_they_are_taken_out_none_is_lost_and_none_comes_twice() throws Exception {
        ExecutorService crowd = Executors.newFixedThreadPool(8);
        AtomicBoolean done = new AtomicBoolean();
        Future<Long> taken = crowd.submit(() -> {
            long total = 0;
            while (!done.get()) {
                total += sum(uses.drain());
            }
            return total + sum(uses.drain());
        });
        List<Future<?>> counting = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            counting.add(crowd.submit(() -> {
                for (int n = 0; n < 50_000; n++) {
                    uses.count("k" + n % 3, NOON);
                }
            }));
        }
        for (Future<?> one : counting) {
            one.get();
        }
        done.set(true);
        assertThat(taken.get()).isEqualTo(7 * 50_000L);
        crowd.shutdown();
    }

    @Test
    void what_could_not_be_written_waits() {
        uses.count("a", NOON);
        List<KeyUses.Counted> taken = uses.drain();
        uses.count("a", NOON + 1);
        uses.giveBack(taken);
        assertThat(uses.drain())
                .containsExactly(new KeyUses.Counted(new KeyUses.Slot("a", 20_000), new KeyUses.Tally(2, NOON + 1)));
    }

    @Test
    void what_waits_is_bounded() {
        for (int i = 0; i < KeyUses.MOST + 1_000; i++) {
            uses.count("k" + i, NOON);
        }
        uses.count("k0", NOON);
        assertThat(sum(uses.drain())).isEqualTo(KeyUses.MOST + 1L);
    }
}
