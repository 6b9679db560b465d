package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A realm whose mail server answers nobody is a lane of its own. */
class LanesTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Lanes lanes = new Lanes(threads::add, 2, 3, 5);

    private boolean add(String lane, String task) {
        return lanes.add(lane, () -> done.add(task));
    }

    private void runAll() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    @Test
    void a_lane_takes_no_more_threads_than_its_share() {
        IntStream.range(0, 3).forEach(i -> add("slow", "slow " + i));
        assertThat(threads).hasSize(2);
        add("other", "other");
        assertThat(threads).hasSize(3);
        runAll();
        assertThat(done).containsExactlyInAnyOrder("slow 0", "slow 1", "slow 2", "other");
    }

    @Test
    void a_lane_that_had_a_thread_is_behind_the_others() {
        IntStream.range(0, 3).forEach(i -> add("slow", "slow " + i));
        add("other", "other");
        runAll();
        assertThat(done).containsExactly("slow 0", "slow 1", "other", "slow 2");
    }

    @Test
    void a_full_lane_leaves_places_to_the_others() {
        IntStream.range(0, 3).forEach(i -> assertThat(add("slow", "slow")).isTrue());
        assertThat(add("slow", "too many")).isFalse();
        assertThat(add("other", "other")).isTrue();
        assertThat(add("other", "other")).isTrue();
        assertThat(add("other", "too many in all")).isFalse();
        assertThat(add("third", "too many in all")).isFalse();
        runAll();
        assertThat(done).hasSize(5).doesNotContain("too many", "too many in all");
        assertThat(add("slow", "again")).isTrue();
        runAll();
        assertThat(done).contains("again");
    }
}
