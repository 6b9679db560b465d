package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
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
    private static String key;
    private static String id;

    @BeforeAll
    static void start() {
        server = Servers.start(ServerOptions.forTests()
                .with("--spi-mint-capability--api-keys--flush-seconds", "300")
                .withLogLevel("info,org.hibernate.SQL:debug"));
        realm = TestRealm.create(server, "demo-realm.json", file -> {});
        desk = new KeyDesk(realm);
        JsonNode made = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"));
        key = made.path("key").asText();
        id = made.path("id").asText();
    }

    @AfterAll
    static void stop() {
        realm.close();
        server.close();
    }

    private static List<String> statements(Runnable work) {
        int before = written();
        work.run();
        written();
        return server.log()
                .substring(before)
                .lines()
                .filter(line -> line.contains("org.hibernate.SQL"))
                .map(line -> line.substring(line.indexOf("org.hibernate.SQL")))
                .toList();
    }

    /** Length of the log once nothing is on its way to it any more. */
    private static int written() {
        long[] last = {-1, System.nanoTime()};
        Poll.untilTrue("the log to be still", Duration.ofSeconds(30), () -> {
            int length = server.log().length();
            if (length != last[0]) {
                last[0] = length;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > Duration.ofMillis(500).toNanos();
        });
        return (int) last[0];
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
}
