package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.ratelimit.SharingNode.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Buckets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes in one process that share a map. */
class SharedCounterTest {

    private final TurnedClock clock = new TurnedClock();
    private final Clocks clocks = SharingNode.clocks(clock);
    private final Numbers numbers = new Numbers();

    private SharingNode node(String... closed) {
        return new SharingNode(numbers.elsewhere(), clocks, closed);
    }

    @ParameterizedTest
    @CsvSource({"5, 300", "7, 300", "50, 300", "600, 60", "500, 3600", "1000000, 1", "600001, 1", "999983, 86400"})
    void one_node_alone_takes_what_the_limit_says_and_as_much_again_after_its_window(int calls, int seconds) {
        SharingNode node = node();
        assertThat(node.accepted(entry(calls, seconds), calls + 100)).isEqualTo(calls);
        // what comes back in a window is rounded down: by less than a call
        clock.turn(Duration.ofSeconds(seconds).plusMillis(1));
        assertThat(node.accepted(entry(calls, seconds), calls + 100)).isEqualTo(calls);
    }

    @ParameterizedTest
    @CsvSource({"5", "50", "500", "600", "990"})
    void a_burst_over_two_nodes_gets_the_limit(int limit) throws InterruptedException, ExecutionException {
        List<SharingNode> nodes = List.of(node(), node());
        Counter.Entry entry = entry(limit, 300);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                SharingNode node = nodes.get(i % 2);
                calls.add(threads.submit(() -> node.spend(entry)));
            }
            int accepted = 0;
            for (Future<Boolean> call : calls) {
                accepted += call.get() ? 1 : 0;
            }
            assertThat(accepted).isBetween((int) Math.ceil(limit * 0.98), limit);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Who has drawn has his call, whoever of the same node is faster at what is left. */
    @Test
    void nobody_is_let_in_for_a_call_that_another_took() throws InterruptedException, ExecutionException {
        SharingNode node = node();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 10_000; round++) {
                Counter.Entry entry = entry("round " + round, 5, 36_000);
                List<Future<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(threads.submit(() -> node.accepted(entry, 4)));
                }
                int accepted = 0;
                for (Future<Integer> call : calls) {
                    accepted += call.get();
                }
                assertThat(accepted).isEqualTo(5);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void what_a_node_holds_undrawn_is_a_tenth() {
        SharingNode first = node();
        SharingNode second = node();
        Counter.Entry entry = entry(1_000, 300);
        assertThat(first.accepted(entry, 1)).isEqualTo(1);
        assertThat(second.accepted(entry, 2_000)).isEqualTo(900);
    }

    @Test
    void a_high_limit_asks_seldom_and_whoever_is_over_it_never() {
        SharingNode node = node();
        node.accepted(entry(100_000, 60), 10_000);
        assertThat(node.numbers.asked.get()).isLessThanOrEqualTo(22);
        node.accepted(entry("y", 5, 300), 6);
        int before = node.numbers.asked.get();
        assertThat(node.accepted(entry("y", 5, 300), 10_000)).isZero();
        assertThat(node.numbers.asked.get()).isEqualTo(before);
    }

    @Test
    void a_call_is_one_message_where_no_other_node_counts_the_same_caller_and_two_where_one_does() {
        SharingNode first = node();
        SharingNode second = node();
        first.accepted(entry(19, 300_000), 5);
        assertThat(first.numbers.asked.get()).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            second.spend(entry(19, 300_000));
            first.spend(entry(19, 300_000));
        }
        // the first time each finds out by a message more
        assertThat(first.numbers.asked.get()).isLessThanOrEqualTo(5 + 2 * 5 + 1);
        int before = first.numbers.asked.get();
        first.accepted(entry(19, 300_000), 4);
        assertThat(first.numbers.asked.get() - before).isLessThanOrEqualTo(6);
    }

    @Test
    void it_says_when_to_come_again() {
        SharingNode node = node();
        node.accepted(entry(5, 300), 5);
        Buckets.Taken taken = node.counter.spend(entry(5, 300));
        assertThat(taken.accepted()).isFalse();
        assertThat(taken.known()).isTrue();
        assertThat(taken.retryAfter()).isEqualTo(Duration.ofSeconds(60));
        clock.turn(Duration.ofSeconds(60));
        assertThat(node.spend(entry(5, 300))).isTrue();
        assertThat(node.spend(entry(5, 300))).isFalse();
    }

    @Test
    void failures_on_one_node_are_known_to_the_other_within_a_second() {
        SharingNode first = node();
        SharingNode second = node();
        Counter.Entry entry = entry(20, 300);
        assertThat(second.counter.look(entry).accepted()).isTrue();
        for (int i = 0; i < 22; i++) {
            first.counter.owe(entry);
        }
        assertThat(first.counter.look(entry).accepted()).isFalse();
        clock.turn(Duration.ofSeconds(1));
        assertThat(second.counter.look(entry).accepted()).isFalse();
        clock.turn(Duration.ofSeconds(3 * 15));
        assertThat(second.counter.look(entry).accepted()).isTrue();
    }

    @Test
    void names_begin_with_the_realm_and_hold_nobodys_email() {
        node().spend(entry("jane@example.com", 5, 300));
        assertThat(numbers.kept.keySet()).allSatisfy(name -> assertThat(name)
                .startsWith("realm-1|")
                .doesNotContain("jane")
                .hasSize("realm-1|1".length() + 22));
    }
}
