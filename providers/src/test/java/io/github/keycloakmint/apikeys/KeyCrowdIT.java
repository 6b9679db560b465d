package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What ends while a crowd uses it ends for all of the crowd, at once on the node that did it. */
@Tag("once")
class KeyCrowdIT {

    private static final int CROWD = 50;
    private static final int ROUNDS = 2;

    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;
    private static String account;
    private static String group;
    private static String session;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
        String alias = "crowd" + Random.name();
        account = last(realm.post("/organizations", Json.object("name", alias, "alias", alias))
                .expect(201));
        group = last(realm.post("/organizations/" + account + "/groups", Json.object("name", "member"))
                .expect(201));
        String user = realm.createUser("crowd@example.com", changes -> {});
        realm.post("/organizations/" + account + "/members", Json.text(user)).expect(201, 204);
        realm.put(groups() + "/members/" + user, "").expect(201, 204);
        role(true);
        session = desk.session("crowd@example.com");
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String last(Answer made) {
        String location = made.header("location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String groups() {
        return "/organizations/" + account + "/groups/" + group;
    }

    private static void role(boolean given) {
        String client = realm.clientUuid(KeyDesk.API);
        JsonNode role = realm.get("/clients/" + client + "/roles/campaigns:read")
                .expect(200)
                .json();
        String path = groups() + "/role-mappings/clients/" + client;
        (given ? realm.post(path, List.of(role)) : realm.delete(path, List.of(role))).expect(204);
    }

    private static JsonNode made() {
        return desk.create(session, desk.direct("campaigns:read").put("account_id", account))
                .expect(201)
                .json();
    }

    /** The key, a token of it, and the owner's own session, at doors that keep what they read. */
    private static List<Supplier<Answer>> uses(String key, String token) {
        return List.of(
                () -> desk.verify(key),
                () -> doors.verify().bearer(token).send(),
                () -> doors.introspect(KeyDesk.API, Map.of("token", token)),
                () -> doors.introspect(KeyDesk.API, Map.of("token", key)),
                () -> Http.get(doors.url("/api/auth/verify?account=" + account + "&audience=" + KeyDesk.API))
                        .bearer(session)
                        .send());
    }

    /** Has a crowd use what {@code end} ends, and looks for a use that began after that was answered. */
    private static void nothingAfter(List<Supplier<Answer>> uses, Predicate<Answer> good, Runnable end) {
        AtomicLong ended = new AtomicLong(Long.MAX_VALUE);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger before = new AtomicInteger();
        AtomicInteger after = new AtomicInteger();
        List<String> late = Collections.synchronizedList(new ArrayList<>());
        ExecutorService crowd = Executors.newFixedThreadPool(CROWD);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            int which = i % uses.size();
            running.add(crowd.submit(() -> {
                while (!over.get()) {
                    long began = System.nanoTime();
                    boolean isLate = ended.get() != Long.MAX_VALUE && began - ended.get() > 0;
                    Answer answer = uses.get(which).get();
                    (isLate ? after : before).incrementAndGet();
                    if (isLate && good.test(answer)) {
                        late.add("use " + which + ", " + (began - ended.get()) / 1_000_000 + " ms after");
                    }
                }
            }));
        }
        Poll.untilTrue("the crowd to be there", Duration.ofSeconds(60), () -> before.get() > 2 * CROWD);
        end.run();
        ended.set(System.nanoTime());
        Poll.untilTrue("the crowd to go on", Duration.ofSeconds(60), () -> after.get() > 2 * CROWD);
        over.set(true);
        crowd.shutdown();
        running.forEach(one -> {
            try {
                one.get();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(late).isEmpty();
    }

    @Test
    void a_key_that_is_deleted() {
        for (int round = 0; round < ROUNDS; round++) {
            JsonNode made = made();
            String key = made.path("key").asText();
            List<Supplier<Answer>> uses = uses(key, doors.issued(key)).subList(0, 4);
            nothingAfter(
                    uses,
                    answer -> answer.status() == 200 && !answer.body().contains("\"active\":false"),
                    () -> desk.call("DELETE", session, made.path("id").asText(), null)
                            .expect(204));
        }
    }

    @Test
    void a_role_that_a_group_loses() {
        String key = made().path("key").asText();
        for (int round = 0; round < ROUNDS; round++) {
            nothingAfter(
                    uses(key, doors.issued(key)),
                    answer -> answer.body().contains("campaigns:read")
                            || answer.header("x-auth-permissions").orElse("").contains("campaigns:read"),
                    () -> role(false));
            role(true);
        }
    }
}
