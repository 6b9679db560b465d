package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.StatementLog;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often the database is asked, as Hibernate logs it. */
@Tag("once")
class ApiKeyStatementsIT {

    private static KeycloakServer server;
    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;
    private static String key;
    private static String id;

    @BeforeAll
    static void start() {
        server = Servers.trusting();
        realm = TestRealm.create(server, "demo-realm.json", file -> file.put("eventsEnabled", false));
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
        JsonNode made = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"));
        key = made.path("key").asText();
        id = made.path("id").asText();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static List<String> statements(Runnable work) {
        return new StatementLog(server).during(work);
    }

    @Test
    void a_key_with_one_character_changed_costs_no_statement() {
        desk.verify(key).expect(200);
        List<String> statements = statements(() -> {
            for (int at = 0; at < key.length(); at++) {
                String changed = key.substring(0, at) + (key.charAt(at) == 'a' ? 'b' : 'a') + key.substring(at + 1);
                desk.verify(changed).expect(401);
            }
        });
        assertThat(statements).as(String.join("\n", statements)).isEmpty();
    }

    @Test
    void a_warm_key_costs_no_statement_and_locks_nothing() {
        desk.verify(key).expect(200);
        // the log has to be still first, which takes longer than a key stays warm: what is counted is a crowd's
        List<String> statements = statements(() -> together(100));
        assertThat(statements).as(String.join("\n", statements)).hasSizeLessThan(12);
        assertThat(statements)
                .noneMatch(line -> line.contains("for update")
                        || line.contains("update ")
                        || line.contains("insert")
                        || line.contains("merge"));
    }

    private static void together(int calls) {
        desk.verify(key).expect(200);
        ExecutorService crowd = Executors.newFixedThreadPool(10);
        List<Future<Integer>> running = IntStream.range(0, calls)
                .mapToObj(i -> crowd.submit(() -> desk.verify(key).status()))
                .toList();
        for (Future<Integer> one : running) {
            try {
                assertThat(one.get()).isEqualTo(200);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        crowd.shutdown();
    }

    @Test
    void an_unknown_key_costs_one_statement_the_first_time_and_a_key_of_another_secret_none() {
        String unknown = new KeyForm("live").make().text();
        assertThat(statements(() -> {
                    for (int i = 0; i < 20; i++) {
                        desk.verify(unknown).expect(401);
                    }
                }))
                .hasSizeBetween(1, 2);
        assertThat(statements(() -> {
                    desk.verify(key).expect(200);
                    desk.verify(new KeyForm("live").make(id).text()).expect(401);
                }))
                .hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void names_that_were_made_up_cost_the_same_however_many_they_are() {
        String john = desk.session(KeyDesk.JOHN);
        int one = refusedNames(john, 1);
        refusedNames(john, 1);
        assertThat(refusedNames(john, 200)).isLessThanOrEqualTo(one).isLessThan(30);
    }

    private static int refusedNames(String bearer, int many) {
        String[] names = IntStream.range(0, many)
                .mapToObj(i -> "made:" + Random.name() + i)
                .toArray(String[]::new);
        List<String> statements =
                statements(() -> desk.create(bearer, desk.inAcme(names)).expect(400));
        return statements.size();
    }

    private static boolean writes(String line) {
        return line.contains("insert") || line.contains("update ") || line.contains("delete");
    }

    @Test
    void a_warm_key_costs_no_door_more_than_a_few() {
        String own = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"))
                .path("key")
                .asText();
        String token = doors.issued(own);
        Map<String, Runnable> work = new LinkedHashMap<>();
        work.put("gateway", () -> doors.verify().header("X-API-KEY", own).send().expect(200));
        work.put("token", () -> doors.token(own).expect(200));
        work.put("account", () -> doors.accountToken("acme", own).expect(200));
        work.put("grant", () -> doors.grant(KeyDoors.BACKEND, own, Map.of()).expect(200));
        work.put("exchange", () -> doors.exchange(KeyDoors.BACKEND, own, Map.of())
                .expect(200));
        work.put("introspection", () -> assertThat(doors.active(own)).isTrue());
        work.put("introspection, token", () -> assertThat(doors.active(token)).isTrue());
        Map<String, Integer> counted = new LinkedHashMap<>();
        work.forEach((door, once) -> {
            once.run();
            // of three, since what a node keeps it keeps for three seconds
            int fewest = IntStream.range(0, 3)
                    .map(i -> {
                        List<String> statements = statements(once);
                        assertThat(statements).as(door).noneMatch(ApiKeyStatementsIT::writes);
                        return statements.size();
                    })
                    .min()
                    .orElseThrow();
            counted.put(door, fewest);
        });
        System.out.println("statements of a warm key, by door: " + counted);
        assertThat(counted.get("gateway")).isZero();
        assertThat(counted.values()).allMatch(count -> count <= 3);
    }
}
