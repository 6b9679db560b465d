package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit that is on as shipped, by a clock that the test turns. */
class ShippedLimitsTest {

    static Stream<Map.Entry<Rule, String>> limits() {
        return ShippedLimits.all().entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("limits")
    void trips_at_its_number_and_recovers_after_its_window(Map.Entry<Rule, String> limit) {
        Judging judging = new Judging(Map.of());
        Rule rule = limit.getKey();
        Buckets.Rate rate = RateText.read(limit.getValue()).orElseThrow();
        int calls = Math.toIntExact(rate.calls());
        Limiter.Call call = Judging.call(rule.capability());

        assertThat(judging.accepted(call, rule.kind(), "one", calls + 1)).isEqualTo(calls);
        assertThat(judging.accepted(call, rule.kind(), "another", 1)).isEqualTo(1);

        judging.clock.turn(Duration.ofSeconds(rate.seconds()));
        assertThat(judging.accepted(call, rule.kind(), "one", calls + 1)).isEqualTo(calls);
    }

    @ParameterizedTest
    @MethodSource("limits")
    void says_which_it_is_and_when_to_come_again(Map.Entry<Rule, String> limit) {
        Judging judging = new Judging(Map.of());
        Rule rule = limit.getKey();
        Buckets.Rate rate = RateText.read(limit.getValue()).orElseThrow();
        Limiter.Call call = Judging.call(rule.capability());
        judging.accepted(call, rule.kind(), "one", Math.toIntExact(rate.calls()));

        Refusal refusal = judging.refusal(call, rule.kind(), "one").orElseThrow();

        long back = Math.max(1, (rate.seconds() + rate.calls() - 1) / rate.calls());
        String name = '"' + rule.kind().word() + '"';
        assertThat(refusal.headers())
                .containsEntry("Retry-After", String.valueOf(back))
                .containsEntry("RateLimit-Policy", name + ";q=" + rate.calls() + ";w=" + rate.seconds())
                .containsEntry("RateLimit", name + ";r=0;t=" + back);
        judging.clock.turn(Duration.ofSeconds(back));
        assertThat(judging.refusal(call, rule.kind(), "one")).isEmpty();
    }

    /** The figures of the contract, each by itself: whoever changes one has to change it here. */
    @ParameterizedTest
    @CsvSource({
        "sign-in, ADDRESS, 50/300",
        "sign-in, TARGET, 5/300",
        "sign-up, ADDRESS, 50/300",
        "sign-up, TARGET, 5/300",
        "password-reset, ADDRESS, 50/300",
        "password-reset, TARGET, 5/300",
        "refresh, ADDRESS, 50/300",
        "verify-external-user, ADDRESS, 50/300",
        "verify-external-user, TARGET, 50/300",
        "token-for-email, FAILURE, 20/300",
        "token-for-email, CALLER, 600/60",
    })
    void the_contracts_figures(String capability, Limiter.Kind kind, String rate) {
        assertThat(ShippedLimits.all()).containsEntry(Rule.of(capability, kind), rate);
    }

    @Test
    void what_has_no_limit_is_not_counted() {
        Judging judging = new Judging(Map.of());
        assertThat(judging.accepted(Judging.call("verify"), Limiter.Kind.ADDRESS, "one", 10_000))
                .isEqualTo(10_000);
    }
}
