package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.ratelimit.SharingNode.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node does while it can't ask the others, what it tells them after, and clocks that differ. */
class LostStoreTest {

    /** After it a store that gives no answer is not one that stands still for a moment. */
    private static final Duration STALL = Duration.ofSeconds(5);

    private final TurnedClock ticker = new TurnedClock();
    private final TurnedClock wall = new TurnedClock();
    private final Clocks clocks = new Clocks(wall::currentTimeNanos, ticker::currentTimeNanos);
    private final SharingNode node = new SharingNode(new Numbers(), clocks, "token-for-email");

    private void turn(Duration by) {
        ticker.turn(by);
        wall.turn(by);
    }

    private SharingNode other(String... closed) {
        return new SharingNode(node.numbers.elsewhere(), clocks, closed);
    }

    /** Its store is away for so long that it is no stall any more. */
    private void lose() {
        node.numbers.way = Numbers::gone;
        node.spend(entry("somebody", 5, 300));
        node.spend(entry("else", 5, 300));
        turn(STALL);
    }

    private void find() {
        node.numbers.way = patience -> {};
        turn(SharedStore.PAUSE);
        node.look();
    }

    @Test
    void one_failure_says_nothing_and_a_second_one_does() {
        node.numbers.way = Numbers::gone;
        node.spend(entry(5, 300));
        assertThat(node.store.away()).isFalse();
        node.numbers.way = patience -> {};
        node.spend(entry("y", 5, 300));
        node.numbers.way = Numbers::gone;
        node.spend(entry("z", 5, 300));
        assertThat(node.store.away()).isFalse();
        node.spend(entry("u", 5, 300));
        assertThat(node.store.away()).isTrue();
    }

    @Test
    void a_lost_store_is_asked_by_no_call() {
        node.numbers.way = Numbers::gone;
        for (int i = 0; i < 1_000; i++) {
            node.spend(entry("k" + i, 5, 300));
            turn(Duration.ofMillis(50));
        }
        assertThat(node.numbers.asked.get()).isEqualTo(2);
        node.look();
        assertThat(node.numbers.asked.get()).isEqualTo(3);
        assertThat(node.store.away()).isTrue();
    }

    /** With two nodes each has all numbers: what it reads is its own copy. */
    @Test
    void what_is_read_is_no_answer_of_the_others() {
        assertThat(node.accepted(entry(5, 36_000), 2)).isEqualTo(2);
        node.numbers.changing = Numbers::gone;
        for (int i = 0; i < 2; i++) {
            node.counter.look(entry("looked at " + i, 5, 300));
            assertThat(node.store.away()).isFalse();
            node.spend(entry("k" + i, 5, 300));
        }
        assertThat(node.store.away()).isTrue();
        for (int i = 0; i < 20; i++) {
            turn(Duration.ofSeconds(1));
            node.counter.look(entry("looked at again " + i, 5, 300));
            assertThat(node.store.away()).isTrue();
        }
        // and its share of what is left is there for who needs it: of three, two
        assertThat(node.accepted(entry(5, 36_000), 10)).isEqualTo(2);
    }

    /** Each lost draw may have been taken all the same: a caller who was never let in is not used up by that. */
    @Test
    void a_node_that_stands_still_uses_up_nobodys_calls() {
        node.numbers.changing = patience -> {
            node.numbers.lost = true;
            Numbers.gone(patience);
        };
        node.spend(entry(50, 36_000));
        node.spend(entry(50, 36_000));
        node.numbers.changing = patience -> {};
        find();
        assertThat(node.accepted(entry(50, 36_000), 100)).isGreaterThanOrEqualTo(40);
    }

    @Test
    void what_a_store_throws_is_no_answer() {
        node.numbers.way = patience -> {
            throw new IllegalStateException("stopped");
        };
        assertThat(node.spend(entry(5, 300))).isTrue();
        assertThat(node.spend(entry("y", 5, 300))).isTrue();
        assertThat(node.store.away()).isTrue();
        find();
        assertThat(node.accepted(entry(5, 300), 10)).isEqualTo(4);
        assertThat(node.store.away()).isFalse();
    }

    @Test
    void an_open_endpoint_goes_on_from_what_was_left_with_this_nodes_share_of_it() {
        assertThat(node.accepted(entry(50, 3_600), 30)).isEqualTo(30);
        lose();
        assertThat(node.accepted(entry(50, 3_600), 50)).isEqualTo(10);
        assertThat(node.accepted(entry("new", 50, 3_600), 50)).isEqualTo(25);
        assertThat(node.accepted(entry("few", 5, 3_600), 50)).isEqualTo(3);
        assertThat(node.counter.spend(entry(50, 3_600)).known()).isTrue();
    }

    @Test
    void what_was_used_up_stays_used_up() {
        assertThat(node.accepted(entry(50, 36_000), 100)).isEqualTo(50);
        lose();
        assertThat(node.accepted(entry(50, 36_000), 100)).isZero();
    }

    @Test
    void a_node_that_is_the_last_one_has_all_that_is_left() {
        node.accepted(entry(50, 3_600), 30);
        lose();
        node.numbers.nodes = 1;
        assertThat(node.accepted(entry(50, 3_600), 50)).isEqualTo(20);
    }

    @Test
    void its_share_comes_back_as_slowly_as_it_has_to() {
        lose();
        assertThat(node.accepted(entry(50, 300), 100)).isEqualTo(25);
        for (int i = 0; i < 30; i++) {
            turn(Duration.ofSeconds(10));
            node.spend(entry("somebody", 5, 300));
        }
        assertThat(node.accepted(entry(50, 300), 100)).isEqualTo(25);
    }

    @Test
    void what_it_took_alone_it_tells_the_others_after() {
        node.accepted(entry(50, 36_000), 30);
        lose();
        assertThat(node.accepted(entry(50, 36_000), 5)).isEqualTo(5);
        find();
        SharingNode other = other();
        assertThat(node.spend(entry(50, 36_000))).isTrue();
        assertThat(other.accepted(entry(50, 36_000), 100)).isEqualTo(10);
        // the rest of the five that it drew
        assertThat(node.accepted(entry(50, 36_000), 100)).isEqualTo(4);
    }

    @Test
    void it_tells_of_failures_too() {
        lose();
        for (int i = 0; i < 30; i++) {
            node.counter.owe(entry(20, 36_000));
        }
        assertThat(node.counter.look(entry(20, 36_000)).accepted()).isFalse();
        find();
        node.counter.owe(entry(20, 36_000));
        assertThat(other().counter.look(entry(20, 36_000)).accepted()).isFalse();
    }

    /** In the first seconds, in which it may only stand still: a share of a bucket that all others go on with would be too many. */
    @ParameterizedTest
    @CsvSource({"5, 1", "50, 1", "500, 5", "6000, 60"})
    void who_lost_touch_just_now_takes_no_more_than_he_might_have_drawn(int limit, int taken) {
        node.numbers.way = Numbers::gone;
        assertThat(node.accepted(entry(limit, 36_000), 1_000)).isEqualTo(taken);
        Buckets.Taken refused = node.counter.spend(entry(limit, 36_000));
        assertThat(refused.known()).isFalse();
        assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(node.spend(entry("another", limit, 36_000))).isTrue();
        assertThat(node.counter.look(entry(limit, 36_000)).accepted()).isTrue();
        turn(STALL);
        assertThat(node.accepted(entry(limit, 36_000), 10_000)).isEqualTo((limit + 1) / 2 - taken);
    }

    @Test
    void a_closed_endpoint_refuses_and_says_nothing_of_a_limit() {
        SharingNode closed = other("sign-in");
        assertThat(closed.spend(entry(5, 300))).isTrue();
        closed.numbers.way = Numbers::gone;
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try {
            Buckets.Taken taken = closed.counter.spend(entry(5, 300));
            assertThat(taken.accepted()).isFalse();
            assertThat(taken.known()).isFalse();
            assertThat(taken.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
            assertThat(closed.counter.look(entry(5, 300)).accepted()).isFalse();
            assertThat(registry.counter(
                                    "keycloak_mint_limits_unshared_total", "capability", "sign-in", "mode", "closed")
                            .count())
                    .isEqualTo(2);
        } finally {
            Metrics.removeRegistry(registry);
        }
        closed.numbers.way = patience -> {};
        closed.look();
        assertThat(closed.accepted(entry(5, 300), 10)).isEqualTo(4);
    }

    @Test
    void before_it_has_joined_it_waits_for_nobody_and_counts_by_itself() {
        SharingNode alone = new SharingNode(1_024, node.numbers.elsewhere(), clocks);
        assertThat(alone.spend(entry(5, 300))).isTrue();
        assertThat(alone.numbers.asked.get()).isZero();
        turn(STALL);
        assertThat(alone.accepted(entry("y", 5, 300), 10)).isEqualTo(5);
        alone.store.join(alone.numbers);
        assertThat(alone.accepted(entry("y", 5, 300), 10)).isZero();
        assertThat(other().accepted(entry("y", 5, 300), 10)).isZero();
    }

    /** Others were always faster: that call is judged alone, and the store is there for the next one. */
    @Test
    void whoever_is_overtaken_loses_no_store() {
        node.numbers.overtaken = true;
        for (int i = 0; i < 5; i++) {
            assertThat(node.spend(entry("k" + i, 5, 300))).isTrue();
        }
        assertThat(node.store.away()).isFalse();
        node.numbers.overtaken = false;
        assertThat(node.spend(entry(5, 300))).isTrue();
        assertThat(node.accepted(entry("k0", 5, 300), 10)).isEqualTo(4);
    }

    @Test
    void a_node_whose_clock_is_an_hour_ahead_keeps_nobody_out_for_longer_than_a_window() {
        TurnedClock ahead = new TurnedClock();
        ahead.turn(Duration.ofHours(1));
        SharingNode fast = new SharingNode(
                node.numbers.elsewhere(), new Clocks(ahead::currentTimeNanos, ticker::currentTimeNanos));
        fast.spend(entry(50, 300));
        Buckets.Taken taken = node.counter.spend(entry(50, 300));
        assertThat(taken.accepted()).isFalse();
        assertThat(taken.retryAfter())
                .isLessThanOrEqualTo(Duration.ofSeconds(306).plusMillis(1));
        turn(taken.retryAfter());
        assertThat(node.spend(entry(50, 300))).isTrue();
    }

    @Test
    void a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_a_window_and_the_store_no_longer_than_a_pause() {
        node.accepted(entry(5, 300), 6);
        assertThat(node.counter.look(entry("z", 5, 300)).accepted()).isTrue();
        wall.turn(Duration.ofHours(-1));
        assertThat(node.counter.spend(entry(5, 300)).retryAfter()).isEqualTo(Duration.ofSeconds(60));
        ticker.turn(Duration.ofSeconds(60));
        wall.turn(Duration.ofSeconds(60));
        Buckets.Taken taken = node.counter.spend(entry(5, 300));
        assertThat(taken.accepted()).isFalse();
        assertThat(taken.retryAfter()).isLessThanOrEqualTo(Duration.ofSeconds(360));
        turn(taken.retryAfter());
        assertThat(node.spend(entry(5, 300))).isTrue();

        lose();
        wall.turn(Duration.ofHours(-1));
        find();
        assertThat(node.spend(entry("w", 5, 300))).isTrue();
        assertThat(node.store.away()).isFalse();
    }

    @Test
    void a_clock_that_is_set_forward_gives_away_one_bucket() {
        node.accepted(entry(5, 300), 6);
        wall.turn(Duration.ofHours(1));
        assertThat(node.spend(entry(5, 300))).isFalse();
        ticker.turn(Duration.ofSeconds(60));
        assertThat(node.accepted(entry(5, 300), 100)).isEqualTo(5);
    }
}
