package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Limiter;
import java.lang.ref.WeakReference;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A million strangers cost what a few thousand do, free nobody who is over his limit, and lock nobody else out. */
class ManyCallersTest {

    private static final int MANY = 1_000_000;
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    @Test
    void a_million_addresses_and_emails_stay_under_64_mb_and_the_honest_are_served() {
        long before = used();
        Judging judging = new Judging(Map.of());
        Limiter.Call call = Judging.call("sign-in");
        Limiter.Call mails = Judging.call("mails");
        Limiter.Call minting = Judging.call("token-for-email");
        assertThat(judging.accepted(call, Limiter.Kind.ADDRESS, "attacker", 51)).isEqualTo(50);
        assertThat(judging.accepted(call, Limiter.Kind.TARGET, "attacked@example.com", 6))
                .isEqualTo(5);
        int refused = 0;
        for (int i = 0; i < MANY; i++) {
            String address = (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + ".1";
            String email = "somebody-with-a-rather-long-name-" + i + "@mail.example.com";
            refused += judging.refusal(call, Limiter.Kind.ADDRESS, address).isPresent() ? 1 : 0;
            refused += judging.refusal(call, Limiter.Kind.TARGET, address + ' ' + email)
                            .isPresent()
                    ? 1
                    : 0;
            // and all the kinds of bucket that a stranger can fill
            judging.limiter.count(minting, Limiter.Kind.FAILURE, address);
            judging.limiter.spend(mails, Limiter.Kind.MAILS_ASKED, address);
            judging.limiter.spend(mails, Limiter.Kind.MAILS_SENT, email);
            if (i % 1_000 == 0) {
                assertThat(judging.refusal(call, Limiter.Kind.ADDRESS, "honest-" + i))
                        .isEmpty();
                assertThat(judging.refusal(call, Limiter.Kind.TARGET, "honest-" + i))
                        .isEmpty();
            }
        }
        assertThat(refused).isZero();
        assertThat(judging.refusal(call, Limiter.Kind.ADDRESS, "attacker")).isPresent();
        assertThat(judging.refusal(call, Limiter.Kind.TARGET, "attacked@example.com"))
                .isPresent();
        long grown = used() - before;
        System.out.println("the limiter holds " + grown / 1024 + " KiB after " + MANY + " callers");
        assertThat(grown).isLessThan(MOST_BYTES);
        assertThat(judging.refusal(call, Limiter.Kind.ADDRESS, "honest")).isEmpty();
    }

    /** Each of these uses up all that it has, so that none may be forgotten: who comes then shares with others like him. */
    @Test
    void where_all_places_are_taken_by_heavy_callers_newcomers_share_and_nobody_is_freed() {
        Judging judging = new Judging(Map.of("buckets", "1024"));
        Limiter.Call call = Judging.call("sign-in");
        int full = 0;
        for (int i = 0; i < 8_192; i++) {
            full += judging.accepted(call, Limiter.Kind.TARGET, "heavy-" + i, 5) == 5 ? 1 : 0;
        }
        int again = 0;
        for (int i = 0; i < 8_192; i++) {
            again += judging.accepted(call, Limiter.Kind.TARGET, "heavy-" + i, 5);
        }
        assertThat(full).isBetween(1_024, 1_024 + 64);
        assertThat(again).isZero();
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
