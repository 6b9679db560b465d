package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FetchedKeysTest {

    private static final FetchedKeys.Source SOURCE =
            new FetchedKeys.Source("realm", "idp", "https://keys.example/jwks", SigningAlgorithm.RS256);

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger fetches = new AtomicInteger();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private volatile FetchedKeys.Fetch endpoint = (url, truststore) -> set("a");

    /** Fetches run at once on the caller's thread, except where a test needs them beside it. */
    private final FetchedKeys keys = new FetchedKeys(this::fetch, Runnable::run, nanos::get);

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    @Test
    void what_was_fetched_serves_without_another_fetch() {
        assertThat(names(keys, "a")).containsExactly("a");
        for (int i = 0; i < 100; i++) {
            assertThat(names(keys, "a")).containsExactly("a");
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void a_thousand_unknown_kids_cost_one_fetch_in_ten_seconds() {
        assertThat(names(keys, "a")).containsExactly("a");
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(50)); // 50 seconds in all
            names(keys, "unknown" + i);
        }
        assertThat(fetches.get()).isBetween(5, 6);
    }

    @Test
    void a_new_kid_is_found_as_soon_as_it_is_asked_for() {
        assertThat(names(keys, "a")).containsExactly("a");
        endpoint = (url, truststore) -> set("a", "b");
        pass(FetchedKeys.PAUSE);
        assertThat(names(keys, "b")).containsExactly("a", "b");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void an_endpoint_that_is_away_is_called_once_in_ten_seconds() {
        endpoint = (url, truststore) -> {
            throw new IOException("away");
        };
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(50));
            assertThat(keys.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
        }
        assertThat(fetches.get()).isBetween(5, 6);
    }

    @Test
    void a_flapping_endpoint_is_called_once_in_ten_seconds_and_its_keys_stay() {
        AtomicInteger turn = new AtomicInteger();
        endpoint = (url, truststore) -> {
            if (turn.getAndIncrement() % 2 == 1) {
                throw new IOException("flap");
            }
            return set("a");
        };
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(50));
            assertThat(names(keys, "a")).containsExactly("a");
            names(keys, "unknown");
        }
        assertThat(fetches.get()).isBetween(5, 6);
    }

    @Test
    void old_keys_serve_while_the_endpoint_is_away_but_not_for_ever() {
        names(keys, "a");
        endpoint = (url, truststore) -> {
            throw new IOException("away");
        };
        pass(FetchedKeys.LONGEST);
        assertThat(names(keys, "a")).containsExactly("a");
        pass(Duration.ofMillis(1));
        assertThat(keys.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
        assertThat(keys.known(SOURCE)).isEmpty();
    }

    @Test
    void a_withdrawn_key_is_gone_when_the_keys_are_no_longer_fresh() {
        names(keys, "a");
        endpoint = (url, truststore) -> set("b");
        pass(FetchedKeys.FRESH);
        assertThat(names(keys, "a")).containsExactly("a");
        pass(Duration.ofMillis(1));
        assertThat(names(keys, "a")).containsExactly("b");
    }

    @Test
    void what_is_no_set_is_a_failure_and_keeps_the_keys() {
        names(keys, "a");
        endpoint = (url, truststore) -> "<html>".getBytes(StandardCharsets.UTF_8);
        pass(FetchedKeys.FRESH.plusSeconds(1));
        assertThat(names(keys, "a")).containsExactly("a");
    }

    @Test
    void a_failure_of_any_kind_ends_the_fetch() {
        endpoint = (url, truststore) -> {
            throw new IllegalStateException("unexpected");
        };
        assertThat(keys.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
        endpoint = (url, truststore) -> set("a");
        pass(FetchedKeys.PAUSE);
        assertThat(names(keys, "a")).containsExactly("a");
    }

    @Test
    void asking_for_what_is_known_never_fetches() {
        assertThat(keys.known(SOURCE)).isEmpty();
        assertThat(fetches).hasValue(0);
        names(keys, "a");
        pass(FetchedKeys.FRESH.plusSeconds(1));
        assertThat(keys.known(SOURCE).orElseThrow()).hasSize(1);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void realms_providers_urls_and_algorithms_have_keys_of_their_own() {
        names(keys, "a");
        List<FetchedKeys.Source> others = List.of(
                new FetchedKeys.Source("other", "idp", SOURCE.url(), SOURCE.algorithm()),
                new FetchedKeys.Source("realm", "other", SOURCE.url(), SOURCE.algorithm()),
                new FetchedKeys.Source("realm", "idp", "https://keys.example/other", SOURCE.algorithm()),
                new FetchedKeys.Source("realm", "idp", SOURCE.url(), SigningAlgorithm.PS256));
        assertThat(others).allSatisfy(source -> assertThat(keys.known(source)).isEmpty());
    }

    @Test
    void a_slow_endpoint_holds_few_callers_and_is_called_once() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        endpoint = (url, truststore) -> {
            asked.countDown();
            await(slow);
            return set("a");
        };
        FetchedKeys beside = new FetchedKeys(this::fetch, callers, nanos::get);
        List<Future<Boolean>> answers = new ArrayList<>();
        Callable<Boolean> call =
                () -> beside.keys(SOURCE, found -> true, Optional::empty).isPresent();
        answers.add(callers.submit(call));
        await(asked);
        for (int i = 1; i < 100; i++) {
            answers.add(callers.submit(call));
        }
        // all but the few that may wait have their answer while the endpoint is still silent
        await(() -> answers.stream().filter(Future::isDone).count() >= 92);
        assertThat(answers.stream().filter(Future::isDone).count()).isEqualTo(92);
        slow.countDown();
        int found = 0;
        for (Future<Boolean> answer : answers) {
            found += answer.get(10, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(found).isEqualTo(8);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void a_key_that_was_withdrawn_in_idle_hours_is_not_believed_once_more() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        FetchedKeys beside = new FetchedKeys(this::fetch, callers, nanos::get);
        assertThat(names(beside, "a")).containsExactly("a");
        endpoint = (url, truststore) -> {
            asked.countDown();
            await(slow);
            return set("b");
        };
        pass(Duration.ofHours(3));
        Future<List<String>> first = callers.submit(() -> names(beside, "a"));
        await(asked);
        assertThat(first.isDone()).isFalse();
        slow.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).containsExactly("b");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void few_callers_with_old_keys_wait_for_a_slow_endpoint_and_the_others_use_them() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        FetchedKeys beside = new FetchedKeys(this::fetch, callers, nanos::get);
        assertThat(names(beside, "a")).containsExactly("a");
        endpoint = (url, truststore) -> {
            asked.countDown();
            await(slow);
            return set("b");
        };
        pass(FetchedKeys.FRESH.plusSeconds(1));
        List<Future<List<String>>> answers = new ArrayList<>();
        answers.add(callers.submit(() -> names(beside, "a")));
        await(asked);
        for (int i = 1; i < 100; i++) {
            answers.add(callers.submit(() -> names(beside, "a")));
        }
        await(() -> answers.stream().filter(Future::isDone).count() >= 92);
        slow.countDown();
        int old = 0;
        for (Future<List<String>> answer : answers) {
            old += answer.get(10, TimeUnit.SECONDS).equals(List.of("a")) ? 1 : 0;
        }
        assertThat(old).isEqualTo(92);
        assertThat(fetches).hasValue(2);
    }

    /** As a name server that hangs for longer than any caller is to wait. */
    @Test
    void a_fetch_that_hangs_is_waited_for_once_and_not_by_everybody_who_comes_later() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        endpoint = (url, truststore) -> {
            asked.countDown();
            await(hangs);
            return set("a");
        };
        FetchedKeys beside = new FetchedKeys(this::fetch, callers, nanos::get);
        callers.submit(() -> beside.keys(SOURCE, found -> true, Optional::empty));
        await(asked);
        pass(FetchedKeys.WAIT);
        long before = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            assertThat(beside.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
        }
        assertThat(System.nanoTime() - before).isLessThan(FetchedKeys.WAIT.toNanos());
        assertThat(fetches).hasValue(1);
        hangs.countDown();
    }

    @Test
    void a_realm_has_four_fetches_at_once_and_takes_none_of_others() {
        List<Runnable> running = new ArrayList<>();
        FetchedKeys beside = new FetchedKeys(this::fetch, running::add, nanos::get);
        Thread.currentThread().interrupt(); // so that nobody waits
        for (int i = 0; i < 10; i++) {
            beside.keys(provider("realm", i), found -> true, Optional::empty);
            Thread.currentThread().interrupt();
        }
        assertThat(running).hasSize(4);
        beside.keys(provider("other", 0), found -> true, Optional::empty);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(running).hasSize(5);
        running.forEach(Runnable::run);
        assertThat(beside.known(provider("realm", 3))).isPresent();
        assertThat(beside.known(provider("other", 0))).isPresent();
        running.clear();
        pass(FetchedKeys.PAUSE);
        FetchedKeys.Source late = provider("realm", 9);
        Thread.currentThread().interrupt();
        beside.keys(late, found -> true, Optional::empty);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(running).hasSize(1);
    }

    @Test
    void a_fetch_that_finds_no_thread_is_tried_once_in_ten_seconds() {
        AtomicInteger attempts = new AtomicInteger();
        FetchedKeys busy = new FetchedKeys(
                this::fetch,
                task -> {
                    attempts.incrementAndGet();
                    throw new RejectedExecutionException();
                },
                nanos::get);
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(50)); // 50 seconds in all
            assertThat(busy.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
        }
        assertThat(attempts.get()).isBetween(5, 6);
    }

    @Test
    void no_free_thread_is_a_failure_that_does_not_stay() {
        AtomicInteger refusals = new AtomicInteger(10); // more than a realm's places: none is lost by a refusal
        FetchedKeys busy = new FetchedKeys(
                this::fetch,
                task -> {
                    if (refusals.getAndDecrement() > 0) {
                        throw new RejectedExecutionException();
                    }
                    task.run();
                },
                nanos::get);
        for (int i = 0; i < 10; i++) {
            assertThat(busy.keys(SOURCE, found -> true, Optional::empty)).isEmpty();
            pass(FetchedKeys.PAUSE);
        }
        assertThat(names(busy, "a")).containsExactly("a");
    }

    @Test
    void a_real_endpoint_that_is_asked_for_a_thousand_unknown_kids_is_called_once() throws IOException {
        try (JwksServer server = new JwksServer(JwksServer.json(new String(set("a"), StandardCharsets.UTF_8)))) {
            FetchedKeys real = new FetchedKeys(
                    new JwksFetch(true, SystemDefaultDnsResolver.INSTANCE), FetchedKeys.threads(), System::nanoTime);
            FetchedKeys.Source source = new FetchedKeys.Source("realm", "idp", server.url(), SigningAlgorithm.RS256);
            for (int i = 0; i < 1_000; i++) {
                Optional<String> kid = Optional.of("unknown" + i);
                assertThat(real.keys(
                                source,
                                found -> !SigningKeys.matching(found, kid).isEmpty(),
                                Optional::empty))
                        .isPresent();
            }
            assertThat(server.calls()).isOne();
        }
    }

    private byte[] fetch(String url, Optional<KeyStore> truststore) throws IOException {
        fetches.incrementAndGet();
        return endpoint.get(url, truststore);
    }

    private static FetchedKeys.Source provider(String realmId, int number) {
        return new FetchedKeys.Source(realmId, "idp-" + number, SOURCE.url(), SOURCE.algorithm());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static List<String> names(FetchedKeys keys, String kid) {
        return keys
                .keys(
                        SOURCE,
                        found -> !SigningKeys.matching(found, Optional.of(kid)).isEmpty(),
                        Optional::empty)
                .orElseThrow()
                .stream()
                .map(key -> key.kid().orElseThrow())
                .toList();
    }

    private static byte[] set(String... kids) {
        RSAPublicKey key = (RSAPublicKey)
                HandmadeJwt.pair("fetched", SigningAlgorithm.RS256).getPublic();
        String[] jwks = new String[kids.length];
        for (int i = 0; i < kids.length; i++) {
            jwks[i] = new RSAKey.Builder(key).keyID(kids[i]).build().toJSONString();
        }
        return SigningKeysTest.set(jwks).getBytes(StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
