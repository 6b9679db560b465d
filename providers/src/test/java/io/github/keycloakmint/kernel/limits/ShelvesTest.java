package io.github.keycloakmint.kernel.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One shelf: eight places. */
class ShelvesTest {

    private record Thing(String name, double left) implements Shelves.Item {
        @Override
        public Object sort() {
            return "";
        }
    }

    private final AtomicInteger forgotten = new AtomicInteger();
    private final Shelves<Thing> shelf = new Shelves<>(8, forgotten::incrementAndGet);

    private void put(String realm, String name, double left) {
        shelf.get(realm + '|' + name, "", () -> new Thing(name, left));
    }

    private boolean stands(String realm, String name) {
        AtomicInteger made = new AtomicInteger();
        shelf.get(realm + '|' + name, "", () -> {
            made.incrementAndGet();
            return new Thing(name, 0);
        });
        return made.get() == 0;
    }

    @Test
    void the_one_with_most_left_makes_place_for_a_newcomer() {
        IntStream.range(0, 8).forEach(i -> put("a", "thing-" + i, i == 3 ? 0.4 : 0.1));
        put("a", "newcomer", 1);
        assertThat(stands("a", "newcomer")).isTrue();
        assertThat(IntStream.range(0, 8).filter(i -> i != 3)).allMatch(i -> stands("a", "thing-" + i));
        assertThat(stands("a", "thing-3")).isFalse();
    }

    @Test
    void nobody_comes_too_late_where_all_are_used_up() {
        for (int i = 0; i < 100; i++) {
            put("a", "thing-" + i, 0);
            assertThat(stands("a", "thing-" + i)).isTrue();
        }
        assertThat(forgotten).hasValue(92);
    }

    @Test
    void forgetting_what_is_more_than_half_full_is_nothing_to_tell() {
        IntStream.range(0, 100).forEach(i -> put("a", "thing-" + i, 0.6));
        assertThat(forgotten).hasValue(0);
    }

    @Test
    void a_realm_forgets_nothing_of_others_beyond_its_half() {
        put("honest", "one", 1);
        put("honest", "two", 0.5);
        IntStream.range(0, 1_000).forEach(i -> put("flooding", "thing-" + i, 0));
        assertThat(stands("honest", "one")).isTrue();
        assertThat(stands("honest", "two")).isTrue();
    }

    @Test
    void whoever_comes_after_the_flood_takes_its_places_and_keeps_them() {
        IntStream.range(0, 100).forEach(i -> put("flooding", "thing-" + i, 0));
        IntStream.range(0, 4).forEach(i -> put("honest", "late-" + i, 1));
        IntStream.range(100, 200).forEach(i -> put("flooding", "thing-" + i, 0));
        assertThat(IntStream.range(0, 4)).allMatch(i -> stands("honest", "late-" + i));
    }

    @Test
    void alone_a_realm_has_the_whole_shelf() {
        IntStream.range(0, 8).forEach(i -> put("a", "thing-" + i, 0));
        assertThat(IntStream.range(0, 8)).allMatch(i -> stands("a", "thing-" + i));
    }
}
