package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes in one process that share a map. */
class SharedCounterTest {

    private final TurnedClock clock = new TurnedClock();
    private final Numbers numbers = new Numbers();

    /** What the cluster would keep, and how often it is asked. */
    private static final class Numbers implements SharedNumbers {
        private final Map<String, Long> kept = new ConcurrentHashMap<>();
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean away;

        @Override
        public Optional<Long> get(String key) throws Away {
            answer();
            return Optional.ofNullable(kept.get(key));
        }

        @Override
        public boolean swap(String key, Optional<Long> from, long to, Duration life) throws Away {
            answer();
            return from.isPresent() ? kept.replace(key, from.get(), to) : kept.putIfAbsent(key, to) == null;
        }

        private void answer() throws Away {
            asked.incrementAndGet();
            if (away) {
                throw new Away("test");
            }
        }
    }

    private SharedCounter node(String... closed) {
        SharedStore store = new SharedStore(() -> numbers, Set.of(closed), clock::currentTimeNanos);
        return new SharedCounter(store, new NodeCounter(1_024, clock), 1_024, clock::currentTimeNanos);
    }

    private static Counter.Entry entry(long calls, long seconds) {
        return entry("x", calls, seconds);
    }

    private static Counter.Entry entry(String key, long calls, long seconds) {
        return new Counter.Entry(
                "realm-1",
                new Rule("sign-in", Limiter.Kind.ADDRESS),
                "realm-1|" + key,
                new Buckets.Rate(calls, seconds));
    }

    private static int accepted(Counter counter, Counter.Entry entry, int calls) {
        int accepted = 0;
        for (int i = 0; i < calls; i++) {
            accepted += counter.spend(entry).accepted() ? 1 : 0;
        }
        return accepted;
    }

    @ParameterizedTest
    @CsvSource({"5, 300", "7, 300", "50, 300", "600, 60", "500, 3600", "1000000, 1", "999983, 86400"})
    void one_node_alone_takes_what_the_limit_says_and_as_much_again_after_its_window(int calls, int seconds) {
        SharedCounter node = node();
        assertThat(accepted(node, entry(calls, seconds), calls + 100)).isBetween(calls - calls / 100_000, calls);
        clock.turn(Duration.ofSeconds(seconds));
        assertThat(accepted(node, entry(calls, seconds), calls + 100)).isBetween(calls - calls / 100_000, calls);
    }

    @ParameterizedTest
    @CsvSource({"5", "50", "500", "600", "990"})
    void a_burst_over_two_nodes_gets_the_limit(int limit) throws InterruptedException, ExecutionException {
        List<SharedCounter> nodes = List.of(node(), node());
        Counter.Entry entry = entry(limit, 300);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                SharedCounter node = nodes.get(i % 2);
                calls.add(threads.submit(() -> node.spend(entry).accepted()));
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

    @Test
    void what_a_node_holds_undrawn_is_a_hundredth() {
        SharedCounter first = node();
        SharedCounter second = node();
        Counter.Entry entry = entry(1_000, 300);
        assertThat(accepted(first, entry, 1)).isEqualTo(1);
        assertThat(accepted(second, entry, 2_000)).isEqualTo(990);
    }

    @Test
    void a_high_limit_asks_seldom_and_whoever_is_over_it_never() {
        SharedCounter node = node();
        accepted(node, entry(100_000, 60), 10_000);
        assertThat(numbers.asked.get()).isLessThanOrEqualTo(22);
        accepted(node, entry("y", 5, 300), 6);
        int before = numbers.asked.get();
        assertThat(accepted(node, entry("y", 5, 300), 10_000)).isZero();
        assertThat(numbers.asked.get()).isEqualTo(before);
    }

    @Test
    void it_says_when_to_come_again() {
        SharedCounter node = node();
        accepted(node, entry(5, 300), 5);
        Buckets.Taken taken = node.spend(entry(5, 300));
        assertThat(taken.accepted()).isFalse();
        assertThat(taken.retryAfter()).isEqualTo(Duration.ofSeconds(60));
        clock.turn(Duration.ofSeconds(60));
        assertThat(node.spend(entry(5, 300)).accepted()).isTrue();
        assertThat(node.spend(entry(5, 300)).accepted()).isFalse();
    }

    @Test
    void failures_on_one_node_are_known_to_the_other_within_a_second() {
        SharedCounter first = node();
        SharedCounter second = node();
        Counter.Entry entry = entry(20, 300);
        assertThat(second.look(entry).accepted()).isTrue();
        for (int i = 0; i < 22; i++) {
            first.owe(entry);
        }
        assertThat(first.look(entry).accepted()).isFalse();
        clock.turn(Duration.ofSeconds(1));
        assertThat(second.look(entry).accepted()).isFalse();
        clock.turn(Duration.ofSeconds(3 * 15));
        assertThat(second.look(entry).accepted()).isTrue();
    }

    @Test
    void while_the_store_is_away_an_open_endpoint_counts_by_itself() {
        SharedCounter node = node("token-for-email");
        numbers.away = true;
        assertThat(accepted(node, entry(5, 300), 10)).isEqualTo(5);
    }

    @Test
    void while_the_store_is_away_a_closed_endpoint_refuses_and_it_goes_on_after() {
        SharedCounter node = node("sign-in");
        assertThat(node.spend(entry(5, 300)).accepted()).isTrue();
        numbers.away = true;
        Buckets.Taken taken = node.spend(entry(5, 300));
        assertThat(taken.accepted()).isFalse();
        assertThat(taken.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        numbers.away = false;
        clock.turn(Duration.ofSeconds(2));
        assertThat(accepted(node, entry(5, 300), 10)).isEqualTo(4);
    }

    @Test
    void a_lost_store_is_not_asked_again_at_each_call() {
        SharedCounter node = node();
        numbers.away = true;
        for (int i = 0; i < 1_000; i++) {
            node.spend(entry("k" + i, 5, 300));
        }
        assertThat(numbers.asked.get()).isEqualTo(1);
    }

    @Test
    void names_begin_with_the_realm_and_hold_nobodys_email() {
        node().spend(entry("jane@example.com", 5, 300));
        assertThat(numbers.kept.keySet())
                .allSatisfy(name -> assertThat(name).startsWith("realm-1|").doesNotContain("jane"));
    }
}
