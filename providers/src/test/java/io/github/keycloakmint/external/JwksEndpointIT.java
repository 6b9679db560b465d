package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.DemoKeys;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.io.OutputStream;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An issuer's key endpoint that misbehaves costs bounded time, memory and fetches, and nobody but its own users. On the
 * distribution alone: a server in a container can't reach this JVM's loopback, and http goes nowhere else.
 */
@Tag("distribution")
class JwksEndpointIT {

    /** A fetch ends after five seconds and a caller waits for six; the rest is for a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(9);

    /** For those whom it does not concern. */
    private static final Duration UNDISTURBED = Duration.ofSeconds(3);

    private static final KeyPair KEY = DemoKeys.pair("JWKS");
    private static final KeyPair NEXT = DemoKeys.pair("JWKS_NEXT");

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
        external.signedIn(External.sign(External.claims(External.freshId())));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private record Timed(Answer answer, Duration taken) {}

    /** An identity provider whose keys are at {@code endpoint}; returns its issuer. */
    private static String issuer(JwksServer endpoint) {
        String name = "issuer-" + Random.name();
        ObjectNode provider = Json.object("alias", name, "providerId", "external-jwt", "enabled", true);
        provider.putObject("config")
                .put("issuer", name)
                .put("projectId", name)
                .put("jwksUrl", endpoint.url())
                .put("tokenClientId", "external-users");
        realm.post("/identity-provider/instances", provider).expect(201);
        return name;
    }

    private static JwksServer.Answer publishing(KeyPair pair, String kid) {
        JWK key = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(kid).build();
        return JwksServer.json(new JWKSet(key).toString());
    }

    private static String token(String issuer, KeyPair key, String kid) {
        return External.sign(
                External.claims("user_of_" + issuer, claims -> claims.put("iss", issuer)),
                key,
                header -> header.keyID(kid));
    }

    private static Timed call(String userJwt) {
        long since = System.nanoTime();
        Answer answer = external.verify(userJwt);
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - since));
    }

    private static Timed callOfAnotherIssuer() {
        return call(External.sign(External.claims("user_of_nobody_concerned")));
    }

    private static void assertRefused(Timed timed, String code) {
        assertThat(timed.answer().status()).as(timed.answer().body()).isEqualTo(403);
        assertThat(timed.answer().json().path("code").asText()).isEqualTo(code);
        assertThat(timed.taken()).isLessThan(LIMIT);
    }

    private static void assertIn(Timed timed, Duration limit) {
        assertThat(timed.answer().status()).as(timed.answer().body()).isEqualTo(200);
        assertThat(timed.taken()).isLessThan(limit);
    }

    private static <T> List<T> all(List<Future<T>> futures) throws Exception {
        List<T> values = new ArrayList<>();
        for (Future<T> future : futures) {
            values.add(future.get());
        }
        return values;
    }

    private static <T> List<Future<T>> begin(ExecutorService pool, int count, Callable<T> call) {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(pool.submit(call));
        }
        return futures;
    }

    @Test
    void one_that_trickles_holds_its_callers_for_seconds_and_nobody_else() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        JwksServer.Answer trickle = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            try {
                while (!ended.await(300, TimeUnit.MILLISECONDS)) {
                    body.write(' ');
                    body.flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ExecutorService pool = Executors.newFixedThreadPool(60);
        try (JwksServer endpoint = new JwksServer(trickle)) {
            String issuer = issuer(endpoint);
            String userJwt = token(issuer, KEY, "k1");
            List<Future<Timed>> held = begin(pool, 60, () -> call(userJwt));
            Poll.untilTrue("the fetch runs", Duration.ofSeconds(10), () -> endpoint.calls() == 1);
            for (int i = 0; i < 20; i++) {
                assertIn(callOfAnotherIssuer(), UNDISTURBED);
            }
            for (Timed timed : all(held)) {
                assertRefused(timed, "auth/missing-keys");
            }
            // ten seconds must pass before it is tried again: until then the answer comes at once
            Timed next = call(userJwt);
            assertRefused(next, "auth/missing-keys");
            assertThat(next.taken()).isLessThan(UNDISTURBED);
            assertThat(endpoint.calls()).isEqualTo(1);
        } finally {
            ended.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void fifty_megabytes_are_not_read() throws Exception {
        AtomicLong written = new AtomicLong();
        byte[] block = new byte[64 * 1024];
        Arrays.fill(block, (byte) ' ');
        JwksServer.Answer large = exchange -> {
            exchange.sendResponseHeaders(200, 50L * 1024 * 1024);
            try {
                for (int i = 0; i < 800; i++) {
                    exchange.getResponseBody().write(block);
                    written.addAndGet(block.length);
                }
            } catch (IOException e) {
                return; // hung up on: what is asked for
            }
        };
        try (JwksServer endpoint = new JwksServer(large)) {
            assertRefused(call(token(issuer(endpoint), KEY, "k1")), "auth/missing-keys");
            assertThat(endpoint.calls()).isEqualTo(1);
            // 256 KiB are read; the rest are buffers of the two sockets
            assertThat(written.get()).isLessThan(16L * 1024 * 1024);
            assertIn(callOfAnotherIssuer(), UNDISTURBED);
        }
    }

    @Test
    void a_redirect_leads_nowhere() throws Exception {
        try (JwksServer elsewhere = new JwksServer(publishing(KEY, "k1"));
                JwksServer endpoint = new JwksServer(exchange -> {
                    exchange.getResponseHeaders().add("Location", elsewhere.url());
                    exchange.sendResponseHeaders(302, -1);
                })) {
            assertRefused(call(token(issuer(endpoint), KEY, "k1")), "auth/missing-keys");
            assertThat(endpoint.calls()).isEqualTo(1);
            assertThat(elsewhere.calls()).isZero();
        }
    }

    @Test
    void a_thousand_unknown_key_ids_cost_a_fetch_every_ten_seconds() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try (JwksServer endpoint = new JwksServer(publishing(KEY, "k1"))) {
            String issuer = issuer(endpoint);
            assertIn(call(token(issuer, KEY, "k1")), LIMIT);
            assertThat(endpoint.calls()).isEqualTo(1);
            long since = System.nanoTime();
            AtomicInteger number = new AtomicInteger();
            List<Future<Timed>> strangers =
                    begin(pool, 1000, () -> call(token(issuer, NEXT, "unknown-" + number.incrementAndGet())));
            int served = 0;
            while (strangers.stream().anyMatch(stranger -> !stranger.isDone())) {
                assertIn(call(token(issuer, KEY, "k1")), UNDISTURBED);
                assertIn(callOfAnotherIssuer(), UNDISTURBED);
                served++;
            }
            for (Timed stranger : all(strangers)) {
                assertRefused(stranger, "auth/invalid-token");
            }
            assertThat(served).isPositive();
            long seconds = Duration.ofNanos(System.nanoTime() - since).toSeconds();
            assertThat((long) endpoint.calls()).isLessThanOrEqualTo(2 + seconds / 10);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void keys_that_are_known_go_on_working_while_it_flaps_and_a_new_one_is_taken_when_it_is_back() throws Exception {
        try (JwksServer endpoint = new JwksServer(publishing(KEY, "k1"))) {
            String issuer = issuer(endpoint);
            assertIn(call(token(issuer, KEY, "k1")), LIMIT);
            AtomicInteger turn = new AtomicInteger();
            List<JwksServer.Answer> broken =
                    List.of(JwksServer.status(500), JwksServer.json("{\"keys\":"), JwksServer.json("[]"), exchange -> {
                        throw new IOException("hang up");
                    });
            endpoint.answer(exchange ->
                    broken.get(turn.getAndIncrement() % broken.size()).to(exchange));
            // the new key's users ask, and are refused; each failed fetch must leave the old key as it was
            Poll.untilTrue("two fetches have failed", Duration.ofSeconds(40), () -> {
                assertRefused(call(token(issuer, NEXT, "k2")), "auth/invalid-token");
                assertIn(call(token(issuer, KEY, "k1")), UNDISTURBED);
                return turn.get() >= 2;
            });
            endpoint.answer(publishing(NEXT, "k2"));
            Poll.until(
                    "the new key is taken", Duration.ofSeconds(20), () -> Optional.of(call(token(issuer, NEXT, "k2")))
                            .filter(timed -> timed.answer().status() == 200));
            // and with the same fetch the old one, which the issuer has taken out of his set, is none any more
            assertRefused(call(token(issuer, KEY, "k1")), "auth/invalid-token");
            assertThat(endpoint.calls()).isLessThanOrEqualTo(5);
        }
    }
}
