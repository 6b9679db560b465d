package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeCallsTest {

    private static final Limiter.Kind ADDRESS = Limiter.Kind.ADDRESS;
    private static final Limiter.Kind FAILURE = Limiter.Kind.FAILURE;

    private static Limiter.Call in(Map<String, String> attributes) {
        return new Limiter.Call(Judging.realm("realm-1", attributes), "sign-in", "192.0.2.1");
    }

    @Test
    void a_realm_has_its_own_limits_and_its_own_buckets() {
        Judging judging = new Judging(Map.of());
        Limiter.Call first = in(Map.of("mint.limit.sign-in.address", "3/10"));
        Limiter.Call second = new Limiter.Call(Judging.realm("realm-2", Map.of()), "sign-in", "192.0.2.1");
        assertThat(judging.accepted(first, ADDRESS, "x", 100)).isEqualTo(3);
        assertThat(judging.accepted(second, ADDRESS, "x", 100)).isEqualTo(50);
        assertThat(judging.accepted(in(Map.of("mint.limit.sign-in.address", "off")), ADDRESS, "x", 100))
                .isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0/10", "3/0", "3", "3/10/2", "-3/10", "3.5/10", "3 / 10", "1000001/10", "3/86401", "OFF", "x"})
    void a_bad_attribute_leaves_the_servers_limit(String value) {
        Judging judging = new Judging(Map.of());
        assertThat(judging.accepted(in(Map.of("mint.limit.sign-in.address", value)), ADDRESS, "x", 100))
                .isEqualTo(50);
    }

    @Test
    void an_option_of_the_server_changes_what_is_shipped() {
        Judging judging = new Judging(Map.of("limit-sign-in-address", "7/60", "limit-sign-in-target", "off"));
        assertThat(judging.accepted(in(Map.of()), ADDRESS, "x", 100)).isEqualTo(7);
        assertThat(judging.accepted(in(Map.of()), Limiter.Kind.TARGET, "x", 100))
                .isEqualTo(100);
    }

    @Test
    void without_defaults_only_what_is_set_holds() {
        Judging judging = new Judging(Map.of("defaults", "false", "limit-refresh-address", "2/60"));
        assertThat(judging.accepted(in(Map.of()), ADDRESS, "x", 100)).isEqualTo(100);
        assertThat(judging.accepted(Judging.call("refresh"), ADDRESS, "x", 100)).isEqualTo(2);
        assertThat(judging.accepted(in(Map.of("mint.limit.sign-in.address", "4/60")), ADDRESS, "y", 100))
                .isEqualTo(4);
    }

    @Test
    void failures_count_alone_and_what_is_over_has_to_come_back_first() {
        Judging judging = new Judging(Map.of());
        Limiter.Call call = Judging.call("token-for-email");
        for (int i = 0; i < 100; i++) {
            judging.limiter.require(call, FAILURE, "x");
        }
        // at the same moment, before any of them was counted
        for (int i = 0; i < 25; i++) {
            judging.limiter.count(call, FAILURE, "x");
        }
        assertThatThrownBy(() -> judging.limiter.require(call, FAILURE, "x")).isInstanceOf(Refusal.class);
        judging.clock.turn(Duration.ofSeconds(5 * 15));
        assertThatThrownBy(() -> judging.limiter.require(call, FAILURE, "x")).isInstanceOf(Refusal.class);
        judging.clock.turn(Duration.ofSeconds(15));
        assertThatCode(() -> judging.limiter.require(call, FAILURE, "x")).doesNotThrowAnyException();
    }

    @Test
    void nobody_owes_more_than_one_window() {
        Judging judging = new Judging(Map.of());
        Limiter.Call call = Judging.call("token-for-email");
        for (int i = 0; i < 10_000; i++) {
            judging.limiter.count(call, FAILURE, "x");
        }
        judging.clock.turn(Duration.ofSeconds(300 + 15));
        assertThatCode(() -> judging.limiter.require(call, FAILURE, "x")).doesNotThrowAnyException();
    }

    @Test
    void mails_stop_and_nobody_is_told() {
        Judging judging = new Judging(Map.of());
        Limiter.Call call = Judging.call("mails");
        for (int i = 0; i < 5; i++) {
            assertThat(judging.limiter.spend(call, Limiter.Kind.MAILS_SENT, "a@b.c"))
                    .isTrue();
        }
        assertThat(judging.limiter.spend(call, Limiter.Kind.MAILS_SENT, "a@b.c"))
                .isFalse();
    }

    @Test
    void in_shadow_all_is_let_through_and_counted() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try {
            Judging judging = new Judging(Map.of("shadow", "true"));
            assertThat(judging.accepted(in(Map.of()), ADDRESS, "x", 60)).isEqualTo(60);
            assertThat(judging.limiter.spend(Judging.call("mails"), Limiter.Kind.MAILS_SENT, "x"))
                    .isTrue();
            assertThat(registry.counter(
                                    "keycloak_mint_limits_total",
                                    "capability",
                                    "sign-in",
                                    "kind",
                                    "address",
                                    "outcome",
                                    "shadowed")
                            .count())
                    .isEqualTo(10);
        } finally {
            Metrics.removeRegistry(registry);
        }
    }

    @Test
    void exempt_addresses_are_not_counted() {
        Judging judging = new Judging(Map.of("exempt-addresses", "10.0.0.0/8, 2001:db8::/32"));
        for (String address : List.of("10.1.2.3", "::ffff:10.1.2.3", "2001:db8:1::1")) {
            assertThat(judging.accepted(Judging.call("sign-in", address), ADDRESS, address, 1_000))
                    .as(address)
                    .isEqualTo(1_000);
        }
        assertThat(judging.accepted(Judging.call("sign-in", "11.1.2.3"), ADDRESS, "11.1.2.3", 1_000))
                .isEqualTo(50);
    }

    @Test
    void an_exempt_client_is_exempt_where_it_has_shown_itself_and_in_its_realm() {
        Judging judging = new Judging(Map.of("exempt-clients", "realm-1/billing"));
        Limiter.Call here = Judging.call("token-for-email");
        Limiter.Call elsewhere = new Limiter.Call(Judging.realm("realm-2", Map.of()), "token-for-email", "192.0.2.1");
        assertThat(judging.accepted(here, Limiter.Kind.CALLER, "billing", 2_000))
                .isEqualTo(2_000);
        assertThat(judging.accepted(here, Limiter.Kind.CALLER, "other", 2_000)).isEqualTo(600);
        assertThat(judging.accepted(elsewhere, Limiter.Kind.CALLER, "billing", 2_000))
                .isEqualTo(600);
    }

    @Test
    void keycloaks_own_endpoints_can_be_left_alone() {
        Judging judging = new Judging(Map.of("keycloak-endpoints", "false"));
        assertThat(judging.accepted(Judging.call("keycloak-reset"), ADDRESS, "x", 1_000))
                .isEqualTo(1_000);
        assertThat(judging.accepted(in(Map.of()), ADDRESS, "x", 1_000)).isEqualTo(50);
    }

    /** A key's owner relies on it, so neither shadow nor exemptions nor the switch of the limiter end it. */
    @Test
    void a_keys_own_rate_holds_whatever_is_switched_off() {
        Buckets.Rate rate = new Buckets.Rate(2, 60);
        for (Map<String, String> options : List.of(
                Map.<String, String>of(),
                Map.of("active", "false"),
                Map.of("shadow", "true"),
                Map.of("exempt-addresses", "192.0.2.0/24"))) {
            Judging judging = new Judging(options);
            Limiter.Call call = Judging.call(Limiter.KEY_RATE);
            assertThat(judging.limiter.own(call, "a", rate)).as("%s", options).isEmpty();
            assertThat(judging.limiter.own(call, "a", rate)).isEmpty();
            assertThat(judging.limiter.own(call, "a", rate))
                    .hasValueSatisfying(over -> assertThat(over.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
            assertThat(judging.limiter.own(call, "b", rate)).isEmpty();
            Limiter.Call elsewhere =
                    new Limiter.Call(Judging.realm("realm-2", Map.of()), Limiter.KEY_RATE, "192.0.2.1");
            assertThat(judging.limiter.own(elsewhere, "a", rate)).isEmpty();
            judging.clock.turn(Duration.ofSeconds(30));
            assertThat(judging.limiter.own(call, "a", rate)).isEmpty();
        }
    }

    @Test
    void clients_and_keys_have_no_limit_until_somebody_sets_one() {
        Judging judging = new Judging(Map.of("limit-sign-in-client", "3/60"));
        assertThat(judging.accepted(Judging.call("verify"), Limiter.Kind.KEY, "a", 1_000))
                .isEqualTo(1_000);
        assertThat(judging.accepted(Judging.call("sign-up"), Limiter.Kind.CLIENT, "a", 1_000))
                .isEqualTo(1_000);
        assertThat(judging.accepted(Judging.call("sign-in"), Limiter.Kind.CLIENT, "a", 1_000))
                .isEqualTo(3);
    }

    /** Anybody can name a client. */
    @Test
    void a_client_that_is_merely_named_is_not_exempt() {
        Judging judging = new Judging(Map.of("exempt-clients", "realm-1/app", "limit-sign-in-client", "3/60"));
        assertThat(judging.accepted(in(Map.of()), Limiter.Kind.CLIENT, "app", 1_000))
                .isEqualTo(3);
    }

    @Test
    void looking_whether_a_mail_is_left_costs_none() {
        Judging judging = new Judging(Map.of());
        Limiter.Call call = Judging.call("mails");
        for (int i = 0; i < 100; i++) {
            assertThat(judging.limiter.left(call, Limiter.Kind.MAILS_SENT, "a@b.c"))
                    .isTrue();
        }
        for (int i = 0; i < 5; i++) {
            judging.limiter.spend(call, Limiter.Kind.MAILS_SENT, "a@b.c");
        }
        assertThat(judging.limiter.left(call, Limiter.Kind.MAILS_SENT, "a@b.c")).isFalse();
    }

    @Test
    void switched_off_nothing_is_counted() {
        Judging judging = new Judging(Map.of("active", "false"));
        assertThat(judging.accepted(in(Map.of()), ADDRESS, "x", 1_000)).isEqualTo(1_000);
    }
}
