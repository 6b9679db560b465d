package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.ratelimit.SharingNode.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.github.keycloakmint.testbed.Poll;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JoinStoreTest {

    private final SharingNode node = new SharingNode(1_024, new Numbers(), SharingNode.clocks(new TurnedClock()));

    @Test
    void it_has_joined_once_numbers_were_kept() {
        JoinStore join = new JoinStore(node.store, () -> node.numbers);
        node.numbers.overtaken = true;
        join.look();
        assertThat(node.store.joined()).isFalse();
        assertThat(node.store.away()).isTrue();

        node.numbers.overtaken = false;
        join.look();
        assertThat(node.store.joined()).isTrue();
        assertThat(node.store.away()).isFalse();
        assertThat(node.numbers.kept.keySet()).allMatch(key -> key.startsWith("warm-up|"));
        join.stop();
    }

    @Test
    void it_is_tried_again_after_a_failure_of_whatever_kind_and_not_once_it_has_joined() {
        AtomicInteger tries = new AtomicInteger();
        JoinStore join = new JoinStore(node.store, () -> switch (tries.incrementAndGet()) {
            case 1 -> throw new SharedNumbers.Away("no cluster");
            case 2 -> throw new IllegalStateException("not started");
            default -> node.numbers;
        });
        for (int i = 0; i < 5; i++) {
            join.look();
        }
        assertThat(tries.get()).isEqualTo(3);
        join.stop();
    }

    @Test
    void what_has_ended_is_joined_anew() {
        Numbers next = node.numbers.elsewhere();
        AtomicInteger tries = new AtomicInteger();
        JoinStore join = new JoinStore(node.store, () -> tries.incrementAndGet() == 1 ? node.numbers : next);
        join.look();
        node.numbers.ended = true;
        join.look();
        assertThat(node.store.joined()).isTrue();
        int before = next.asked.get();
        assertThat(node.spend(entry(5, 300))).isTrue();
        assertThat(next.asked.get()).isEqualTo(before + 1);
        join.stop();
    }

    @Test
    void what_gives_no_answer_is_found_again_once_it_does() {
        JoinStore join = new JoinStore(node.store, () -> node.numbers);
        join.look();
        node.numbers.changing = Numbers::gone;
        node.spend(entry("a", 5, 300));
        node.spend(entry("b", 5, 300));
        assertThat(node.store.away()).isTrue();
        join.look();
        assertThat(node.store.away()).isTrue();
        node.numbers.changing = patience -> {};
        join.look();
        assertThat(node.store.away()).isFalse();
        join.stop();
    }

    /** As a cache does that waits for another node, which hangs. */
    @Test
    void while_joining_takes_for_ever_no_call_waits() throws InterruptedException {
        CountDownLatch joining = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        JoinStore join = new JoinStore(node.store, () -> {
            joining.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SharedNumbers.Away("stopped");
        });
        join.start();
        joining.await();
        long began = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(node.spend(entry("k" + i, 5, 300))).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        join.stop();
    }

    @Test
    void it_joins_by_itself() {
        JoinStore join = new JoinStore(node.store, () -> node.numbers);
        join.start();
        Poll.untilTrue("the store", Duration.ofSeconds(10), node.store::joined);
        join.stop();
    }
}
