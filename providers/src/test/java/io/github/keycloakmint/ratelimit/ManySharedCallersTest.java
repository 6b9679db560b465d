package io.github.keycloakmint.ratelimit;

import static io.github.keycloakmint.ratelimit.SharingNode.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A million strangers in shared mode: what a node knows of buckets, and what of the numbers lies on it. */
class ManySharedCallersTest {

    private static final int MANY = 1_000_000;
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    /** Another node's numbers lie on this one too: it holds as many as it may. */
    private static final class Kept implements SharedNumbers {

        /** With its key and place 306 bytes, as measured with the server's own Infinispan 16.0.14 in a cluster of this cache. */
        private record Entry(Object key, Object value, long created, long life, long used, byte[] rest) {
            Entry(Object key, long value, Duration life) {
                this(key, value, value, life.toMillis(), value, new byte[32]);
            }
        }

        private final Cache<String, Entry> entries;

        Kept(long most) {
            entries = Caffeine.newBuilder().maximumSize(most).build();
        }

        @Override
        public Optional<Long> get(String key, Duration patience) {
            return Optional.ofNullable(entries.getIfPresent(key)).map(entry -> (Long) entry.value());
        }

        @Override
        public boolean swap(String key, Optional<Long> from, long to, Duration life, Duration patience) {
            Entry next = new Entry(key, to, life);
            boolean[] done = new boolean[1];
            entries.asMap().compute(key, (same, held) -> {
                done[0] = Optional.ofNullable(held).map(Entry::value).equals(from);
                return done[0] ? next : held;
            });
            return done[0];
        }

        @Override
        public int nodes() {
            return 2;
        }

        @Override
        public boolean ended() {
            return false;
        }
    }

    @Test
    void a_million_callers_stay_under_64_mb_and_the_honest_are_served() {
        long before = used();
        int buckets = Judging.settings(Map.of()).buckets();
        SharingNode node = new SharingNode(buckets, new Numbers(), SharingNode.clocks(new TurnedClock()));
        Kept kept = new Kept((long) buckets * Limiter.Kind.values().length);
        node.store.join(kept);
        assertThat(node.accepted(entry("attacker", 5, 300), 10)).isEqualTo(5);
        int refused = 0;
        for (int i = 0; i < MANY; i++) {
            for (Limiter.Kind kind : Limiter.Kind.values()) {
                // of most kinds there are fewer, and still more than there are places
                if (kind == Limiter.Kind.ADDRESS || i % 20 == 0) {
                    refused += node.spend(entry(kind, "somebody-with-a-rather-long-name-" + i, 5, 300)) ? 0 : 1;
                }
            }
        }
        assertThat(refused).isZero();
        assertThat(node.accepted(entry("honest", 5, 300), 10)).isEqualTo(5);
        // what other nodes' callers have
        for (int i = 0; i < MANY; i++) {
            kept.swap(UUID.randomUUID() + "|1" + "x".repeat(22), Optional.empty(), i, Duration.ZERO, Duration.ZERO);
        }
        kept.entries.cleanUp();
        long grown = used() - before;
        assertThat(kept.entries.estimatedSize()).isEqualTo((long) buckets * Limiter.Kind.values().length);
        assertThat(grown).isLessThan(MOST_BYTES);
        assertThat(node.counter).isNotNull(); // held until here
    }

    /** All places are taken by callers that have used up all: who comes now has a number of his own all the same. */
    @Test
    void where_all_places_are_taken_newcomers_have_their_own_numbers() {
        SharingNode node = new SharingNode(new Numbers(), SharingNode.clocks(new TurnedClock()));
        for (int i = 0; i < 4_096; i++) {
            assertThat(node.accepted(entry("heavy-" + i, 5, 300), 6)).isEqualTo(5);
        }
        for (int i = 0; i < 2_000; i++) {
            assertThat(node.accepted(entry("honest-" + i, 5, 300), 6)).isEqualTo(5);
        }
        for (int i = 0; i < 4_096; i++) {
            assertThat(node.accepted(entry("heavy-" + i, 5, 300), 6)).isZero();
        }
    }

    /** What is in use after everything else was let go. */
    private static long used() {
        WeakReference<Object> gone = new WeakReference<>(new Object());
        for (int i = 0; i < 50 && gone.get() != null; i++) {
            System.gc();
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
