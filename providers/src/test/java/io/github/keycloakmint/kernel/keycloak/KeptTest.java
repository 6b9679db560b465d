package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;

class KeptTest {

    private static final AtomicInteger REALMS = new AtomicInteger();

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger readings = new AtomicInteger();
    private final Kept<String, String> kept = new Kept<>(now::get);
    private final String scope = "kept-test-" + REALMS.incrementAndGet();

    private Optional<String> get(String name, Optional<String> value) {
        return kept.get(
                name,
                () -> {
                    readings.incrementAndGet();
                    return value;
                },
                name,
                scope);
    }

    /** A session as far as it is asked here: it has attributes. */
    private static KeycloakSession session() {
        Map<Object, Object> attributes = new HashMap<>();
        return (KeycloakSession) Proxy.newProxyInstance(
                KeptTest.class.getClassLoader(),
                new Class<?>[] {KeycloakSession.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
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
        RightsChanges.next("realm/a");
        assertThat(get("realm/a", Optional.of("new"))).contains("new");
        RightsChanges.next(scope);
        assertThat(get("realm/a", Optional.empty())).isEmpty();
        assertThat(get("realm/a", Optional.of("again"))).isEmpty();
    }

    @Test
    void a_reader_that_a_change_overtook_does_not_bring_the_past_back() {
        kept.get(
                "realm/a",
                () -> {
                    RightsChanges.next("realm/a");
                    return Optional.of("old");
                },
                "realm/a",
                scope);
        assertThat(get("realm/a", Optional.of("new"))).contains("new");
    }

    /** What a session reads after a change it may have in its hands from before. */
    @Test
    void a_session_that_began_before_a_change_brings_nothing_of_the_past_back_after_it() {
        KeycloakSession early = session();
        assertThat(kept.get(early, "a", scope, () -> Optional.of("old"))).contains("old");
        RightsChanges.next(scope);
        assertThat(kept.get(early, "a", scope, () -> Optional.of("old"))).contains("old");
        assertThat(kept.get(session(), "a", scope, () -> Optional.of("new"))).contains("new");
        // and has what others read since
        assertThat(kept.get(early, "a", scope, () -> Optional.of("old"))).contains("new");
    }

    @Test
    void what_a_session_read_others_have_until_a_change() {
        kept.get(session(), "a", scope, () -> Optional.of("old"));
        assertThat(kept.get(session(), "a", scope, () -> Optional.of("new"))).contains("old");
        RightsChanges.next(scope);
        assertThat(kept.get(session(), "a", scope, () -> Optional.of("new"))).contains("new");
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
