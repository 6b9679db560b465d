package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.Limiter.Kind;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A million strangers cost what a few thousand do, free nobody who is over his limit, and lock nobody else out. */
class ManyCallersTest {

    private static final int MANY = 1_000_000;
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    /** Whose calls make buckets of a kind in {@code realm}, with a limit where none is shipped. */
    private static Map<Kind, Limiter.Call> calls(String realm) {
        Map<String, String> attributes =
                Map.of("mint.limit.sign-in.client", "50/300", "mint.limit.verify.key", "50/300");
        Map<Kind, Limiter.Call> calls = new EnumMap<>(Kind.class);
        Map.of(
                        Kind.ADDRESS, "sign-in",
                        Kind.TARGET, "sign-in",
                        Kind.CLIENT, "sign-in",
                        Kind.CALLER, "token-for-email",
                        Kind.FAILURE, "token-for-email",
                        Kind.KEY, "verify",
                        Kind.MAILS_ASKED, "mails",
                        Kind.MAILS_SENT, "mails")
                .forEach((kind, capability) ->
                        calls.put(kind, new Limiter.Call(Judging.realm(realm, attributes), capability, "192.0.2.1")));
        return calls;
    }

    /** More than half of the least that is shipped for the kind, so that each one's place is one to be kept. */
    private static int several(Kind kind) {
        return switch (kind) {
            case TARGET, MAILS_SENT -> 3;
            case ADDRESS -> 1;
            default -> 2;
        };
    }

    @Test
    void a_million_addresses_and_emails_stay_under_64_mb_and_the_honest_are_served() {
        long before = used();
        Judging judging = new Judging(Map.of());
        Map<Kind, Limiter.Call> flooded = calls("realm-1");
        Map<Kind, Limiter.Call> other = calls("realm-2");
        IntStream.range(0, 64).forEach(i -> useUp(judging, flooded, i));
        int refused = 0;
        for (int i = 0; i < MANY; i++) {
            String email = "somebody-with-a-rather-long-name-" + i + "@mail.example.com";
            for (Map.Entry<Kind, Limiter.Call> each : flooded.entrySet()) {
                Kind kind = each.getKey();
                int calls = i % 4 == 0 ? several(kind) : 1;
                // of what needs a mail, a good client or key, there are fewer, and still more than there are places
                if ((kind == Kind.ADDRESS || kind == Kind.TARGET || i % 20 == 0)
                        && judging.accepted(each.getValue(), kind, email, calls) < calls) {
                    refused++;
                }
            }
            if (i % 10_000 == 0) {
                served(judging, flooded, "honest-" + i);
                served(judging, other, "honest-" + i);
            }
        }
        assertThat(refused).isZero();
        served(judging, flooded, "late");
        served(judging, other, "late");
        assertThat(IntStream.range(0, 64)).allMatch(i -> usedUp(judging, flooded, i));
        assertThat(used() - before).isLessThan(MOST_BYTES);
        assertThat(judging.limiter).isNotNull(); // held until here
    }

    private static void useUp(Judging judging, Map<Kind, Limiter.Call> calls, int i) {
        assertThat(judging.accepted(calls.get(Kind.ADDRESS), Kind.ADDRESS, "attacker-" + i, 51))
                .isEqualTo(50);
        assertThat(judging.accepted(calls.get(Kind.TARGET), Kind.TARGET, "attacked-" + i, 6))
                .isEqualTo(5);
    }

    private static boolean usedUp(Judging judging, Map<Kind, Limiter.Call> calls, int i) {
        return judging.refusal(calls.get(Kind.ADDRESS), Kind.ADDRESS, "attacker-" + i)
                        .isPresent()
                && judging.refusal(calls.get(Kind.TARGET), Kind.TARGET, "attacked-" + i)
                        .isPresent();
    }

    private static void served(Judging judging, Map<Kind, Limiter.Call> calls, String who) {
        calls.forEach((kind, call) -> assertThat(judging.accepted(call, kind, who, 2))
                .as("%s in %s", kind, call.realm().getId())
                .isEqualTo(2));
    }

    /** Each of these uses up all that it has, and more of them than there are places. */
    @Test
    void a_flood_of_used_up_buckets_refuses_no_newcomer_and_frees_nobody_in_another_realm() {
        Judging judging = new Judging(Map.of());
        Limiter.Call flooded = new Limiter.Call(
                Judging.realm("realm-1", Map.of("mint.limit.sign-in.target", "1/86400")), "sign-in", "192.0.2.1");
        Map<Kind, Limiter.Call> other = calls("realm-2");
        IntStream.range(0, 64).forEach(i -> useUp(judging, other, i));
        for (int i = 0; i < 60_000; i++) {
            assertThat(judging.accepted(flooded, Kind.TARGET, "heavy-" + i, 1)).isEqualTo(1);
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(judging.accepted(flooded, Kind.TARGET, "honest-" + i, 1)).isEqualTo(1);
            assertThat(judging.accepted(other.get(Kind.TARGET), Kind.TARGET, "honest-" + i, 1))
                    .isEqualTo(1);
        }
        assertThat(IntStream.range(0, 64)).allMatch(i -> usedUp(judging, other, i));
    }

    /** What was used up stays so where fewer are used up after it than there are places. */
    @Test
    void a_flood_smaller_than_the_tables_frees_nobody() {
        Judging judging = new Judging(Map.of());
        Map<Kind, Limiter.Call> calls = calls("realm-1");
        IntStream.range(0, 64).forEach(i -> useUp(judging, calls, i));
        for (int i = 0; i < 16_000; i++) {
            judging.accepted(calls.get(Kind.TARGET), Kind.TARGET, "heavy-" + i, i < 1_000 ? 5 : 4);
        }
        assertThat(IntStream.range(0, 64)).allMatch(i -> usedUp(judging, calls, i));
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
