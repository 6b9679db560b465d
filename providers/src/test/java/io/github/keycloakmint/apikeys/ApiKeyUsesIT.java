package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiKeyUsesIT {

    private static final int CROWD = 100;

    private static TestRealm realm;
    private static KeyDesk desk;
    private static String jane;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        jane = desk.session(KeyDesk.JANE);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static long counted(String id) {
        long sum = 0;
        for (JsonNode day : desk.single(jane, id).path("uses")) {
            sum += day.path("count").asLong();
        }
        return sum;
    }

    private static List<Integer> together(String key) throws Exception {
        ExecutorService crowd = Executors.newFixedThreadPool(CROWD);
        CountDownLatch gun = new CountDownLatch(1);
        List<Future<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            calls.add(crowd.submit(() -> {
                gun.await();
                return desk.verify(key).status();
            }));
        }
        gun.countDown();
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> call : calls) {
            statuses.add(call.get());
        }
        crowd.shutdown();
        return statuses;
    }

    @Test
    void a_hundred_at_once_are_served_and_counted_once_each() throws Exception {
        JsonNode made = desk.create(jane, desk.direct()).expect(201).json();
        String id = made.path("id").asText();
        String key = made.path("key").asText();
        assertThat(together(key)).containsOnly(200);
        Poll.untilTrue("the uses to be written", Duration.ofSeconds(15), () -> counted(id) == CROWD);
        // again, on top of what is there
        assertThat(together(key)).containsOnly(200);
        Poll.untilTrue("the uses to be written", Duration.ofSeconds(15), () -> counted(id) == 2 * CROWD);
        desk.verify(key).expect(200);
        Poll.untilTrue("the last use to be written", Duration.ofSeconds(15), () -> counted(id) == 2 * CROWD + 1);
    }

    @Test
    void refused_uses_do_not_count() {
        JsonNode made = desk.create(jane, desk.direct()).expect(201).json();
        String id = made.path("id").asText();
        String key = made.path("key").asText();
        desk.call("PATCH", jane, id, Map.of("enabled", false)).expect(200);
        desk.verify(key).expect(401);
        desk.call("PATCH", jane, id, Map.of("enabled", true)).expect(200);
        desk.verify(key).expect(200);
        Poll.untilTrue("the use to be written", Duration.ofSeconds(15), () -> counted(id) == 1);
    }

    @Test
    void beside_a_bearer_of_its_owner_a_use_is_one_use() {
        JsonNode made = desk.create(jane, desk.direct()).expect(201).json();
        String id = made.path("id").asText();
        String key = made.path("key").asText();
        for (int i = 0; i < 5; i++) {
            Http.post(realm.url("/api/auth/cookie"))
                    .bearer(jane)
                    .header("X-API-KEY", key)
                    .header("Origin", "http://localhost:3000")
                    .json(Map.of())
                    .send()
                    .expect(200);
        }
        Poll.untilTrue("the uses to be written", Duration.ofSeconds(15), () -> counted(id) >= 5);
        // what was counted before this one is written before it, or with it
        desk.verify(key).expect(200);
        Poll.untilTrue("all of them, and no more", Duration.ofSeconds(15), () -> counted(id) == 6);
    }
}
