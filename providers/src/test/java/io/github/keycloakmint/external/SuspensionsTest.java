package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuspensionsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static Suspension suspension(String id, String start, String... end) {
        return new Suspension(
                id,
                "spam \"and\" more",
                Instant.parse(start),
                List.of(end).stream().findFirst().map(Instant::parse));
    }

    private static final Suspension ENDLESS = suspension("endless", "2025-01-01T00:00:00Z");
    private static final Suspension OVER = suspension("over", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    private static final Suspension TO_COME = suspension("to-come", "2026-01-01T00:00:00.001Z");

    @Test
    void shows_those_that_hold_now() {
        assertThat(new Suspensions(List.of(ENDLESS, OVER, TO_COME)).active(NOW))
                .containsExactly(new Suspensions.Shown("spam \"and\" more", "2025-01-01T00:00:00.000Z", null));
        assertThat(new Suspensions(List.of(OVER)).active(NOW.minusMillis(1)))
                .singleElement()
                .satisfies(shown -> assertThat(shown.endDate()).isEqualTo("2026-01-01T00:00:00.000Z"));
        assertThat(new Suspensions(List.of(TO_COME)).active(NOW.plusMillis(1))).hasSize(1);
    }

    @Test
    void reads_what_it_writes() {
        Suspensions all = new Suspensions(List.of(ENDLESS, OVER, TO_COME));
        assertThat(Suspensions.read(all.text())).hasValue(all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "none",
                "{}",
                "[1]",
                "[{\"id\":\"a\",\"reason\":\"r\"}]",
                "[{\"id\":\"a\",\"reason\":\"r\",\"startDate\":\"2026-01-01\",\"endDate\":\"soon\"}]",
                "[{\"id\":\"a\",\"reason\":\"r\",\"startDate\":\"2026-01-01\",\"endDate\":1}]"
            })
    void does_not_take_a_broken_attribute_for_no_suspension(String text) {
        assertThat(Suspensions.read(text)).isEmpty();
    }

    @Test
    void makes_room_by_those_that_are_over() {
        Suspensions full = new Suspensions(Collections.nCopies(Suspensions.MOST - 1, ENDLESS))
                .with(OVER, NOW)
                .orElseThrow();
        assertThat(full.with(TO_COME, NOW).orElseThrow().all())
                .hasSize(Suspensions.MOST)
                .contains(TO_COME)
                .doesNotContain(OVER);
    }

    @Test
    void is_bounded() {
        assertThat(new Suspensions(Collections.nCopies(Suspensions.MOST, ENDLESS)).with(TO_COME, NOW))
                .isEqualTo(Optional.empty());
    }

    @Test
    void finds_and_drops_by_id() {
        Suspensions all = new Suspensions(List.of(ENDLESS, TO_COME));
        assertThat(all.find("to-come")).hasValue(TO_COME);
        assertThat(all.without("to-come").all()).containsExactly(ENDLESS);
        assertThat(all.find("unknown")).isEmpty();
    }
}
