package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.ratelimit.SharingNode.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that are slow, hang, throw and come back, and threads that would wait for them. In real time, which is the point. */
class SlowStoreTest {

    /** What a machine with more to do than it can may add. */
    private static final Duration SLACK = Duration.ofMillis(1_000);

    private final ExecutorService threads = Executors.newFixedThreadPool(50);
    private final SharingNode node = new SharingNode(new Numbers(), Clocks.system());

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** How many of so many calls at once were accepted, and how long the slowest took. */
    private record Outcome(int accepted, Duration slowest) {}

    private Outcome calls(int calls, IntPredicate call) throws InterruptedException, ExecutionException {
        AtomicLong slowest = new AtomicLong();
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            int number = i;
            all.add(threads.submit(() -> {
                long began = System.nanoTime();
                boolean accepted = call.test(number);
                slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
                return accepted;
            }));
        }
        int accepted = 0;
        for (Future<Boolean> one : all) {
            accepted += one.get() ? 1 : 0;
        }
        return new Outcome(accepted, Duration.ofNanos(slowest.get()));
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100, 200, 300, 2_000})
    void nobody_waits_for_longer_than_the_patience_however_slow_it_is(int millis)
            throws InterruptedException, ExecutionException {
        node.numbers.way = Numbers.slow(Duration.ofMillis(millis));
        Outcome one = calls(100, i -> node.spend(entry(50, 36_000)));
        assertThat(one.slowest()).isLessThan(SharingNode.PATIENCE.plus(SLACK));
        assertThat(one.accepted()).isLessThanOrEqualTo(51);
        Outcome each = calls(200, i -> node.spend(entry("k" + i, 5, 36_000)));
        assertThat(each.slowest()).isLessThan(SharingNode.PATIENCE.plus(SLACK));
        // whoever calls for the first time is let in, whatever becomes of the store
        assertThat(each.accepted()).isEqualTo(200);
    }

    @Test
    void a_hanging_store_keeps_no_call_waiting_once_it_is_lost() throws InterruptedException, ExecutionException {
        node.numbers.way = Numbers::hang;
        calls(50, i -> node.spend(entry("first" + i, 5, 300)));
        int before = node.numbers.asked.get();
        assertThat(before).isLessThanOrEqualTo(50);
        long began = System.nanoTime();
        CountDownLatch pauses = new CountDownLatch(1);
        AtomicLong waited = new AtomicLong();
        calls(50, i -> {
            while (System.nanoTime() - began < SharedStore.PAUSE.multipliedBy(3).toNanos()) {
                long asking = System.nanoTime();
                node.spend(entry("k" + i, 5, 300));
                long took = System.nanoTime() - asking;
                waited.addAndGet(took > SharingNode.PATIENCE.toNanos() / 2 ? took : 0);
                pass(pauses);
            }
            return true;
        });
        assertThat(node.numbers.asked.get()).isEqualTo(before);
        assertThat(Duration.ofNanos(waited.get())).isLessThan(SLACK);
    }

    private static void pass(CountDownLatch never) {
        try {
            never.await(5, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One of two nodes gets no answer for 1.2 seconds, from the start, from the middle, or ever again. */
    @ParameterizedTest
    @CsvSource({"500, 0, 1200", "500, 300, 1200", "500, 300, 3600000", "50, 0, 1200", "50, 20, 1200", "50, 20, 3600000"
    })
    void a_burst_of_a_thousand_over_two_nodes_is_cut_at_the_limit_while_one_of_them_stands_still(
            int limit, int before, int millis) throws InterruptedException, ExecutionException {
        SharingNode other = new SharingNode(node.numbers.elsewhere(), Clocks.system());
        AtomicLong until = new AtomicLong();
        other.numbers.way = patience -> {
            until.compareAndSet(0, System.nanoTime() + Duration.ofMillis(millis).toNanos());
            if (other.numbers.asked.get() > before && System.nanoTime() - until.get() < 0) {
                Numbers.hang(patience);
            }
        };
        Counter.Entry entry = entry(limit, 36_000);
        Outcome burst = calls(1_000, i -> (i % 2 == 0 ? node : other).spend(entry));
        // a node that has lost touch gives away a call of its own at least, and so may the one that waits with it
        assertThat(burst.accepted()).isBetween((int) (limit * 0.98), Math.max((int) (limit * 1.02), limit + 2));
        assertThat(burst.slowest()).isLessThan(SharingNode.PATIENCE.plus(SLACK));
        // and afterwards, whoever has an answer by then
        assertThat(node.accepted(entry, 100)).isZero();
    }

    @Test
    void a_store_that_comes_and_goes_keeps_nobody_waiting_and_gives_little_away()
            throws InterruptedException, ExecutionException {
        node.numbers.way = patience -> {
            if (node.numbers.asked.get() % 3 != 0) {
                throw new IllegalStateException("no view");
            }
        };
        Outcome burst = calls(5_000, i -> node.spend(entry(500, 36_000)));
        assertThat(burst.accepted()).isBetween(1, 510);
        assertThat(burst.slowest()).isLessThan(SharingNode.PATIENCE.plus(SLACK));
    }

    /** A lock of the table is held while room is made for a newcomer: whoever stands there must not be waited for. */
    @Test
    void who_asks_for_one_bucket_keeps_nobody_from_finding_a_place() throws InterruptedException, ExecutionException {
        Drawn drawn = new Drawn(entry(5, 300).rate(), Clocks.system());
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        Future<Boolean> asking = threads.submit(() -> {
            synchronized (drawn) {
                held.countDown();
                return asked.await(10, TimeUnit.SECONDS);
            }
        });
        held.await();
        assertThat(drawn.left()).isEqualTo(1);
        asked.countDown();
        assertThat(asking.get()).as("it was asked while the other one held it").isTrue();
    }
}
