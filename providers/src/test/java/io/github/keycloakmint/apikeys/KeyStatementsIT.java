package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often the database is asked at each door of a key that the node knows, as Hibernate logs it. */
@Tag("once")
class KeyStatementsIT {

    private static KeycloakServer server;
    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;

    @BeforeAll
    static void start() {
        server = Servers.start(ServerOptions.forTests()
                .withLogLevel("info,org.hibernate.SQL:debug")
                // no count is written while something is measured
                .with("--spi-mint-capability--api-keys--flush-seconds", "300"));
        realm = TestRealm.create(server, "demo-realm.json", file -> file.put("eventsEnabled", false));
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
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
            return System.nanoTime() - last[1] > Duration.ofMillis(300).toNanos();
        });
        return (int) last[0];
    }

    private static boolean writes(String line) {
        return line.contains("insert") || line.contains("update ") || line.contains("delete");
    }

    @Test
    void a_warm_key_costs_no_door_more_than_a_few() {
        String key = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"))
                .path("key")
                .asText();
        String token = doors.issued(key);
        Map<String, Runnable> work = new LinkedHashMap<>();
        work.put("gateway", () -> doors.verify().header("X-API-KEY", key).send().expect(200));
        work.put("token", () -> doors.token(key).expect(200));
        work.put("account", () -> doors.accountToken("acme", key).expect(200));
        work.put("grant", () -> doors.grant(KeyDoors.BACKEND, key, Map.of()).expect(200));
        work.put("exchange", () -> doors.exchange(KeyDoors.BACKEND, key, Map.of())
                .expect(200));
        work.put("introspection", () -> assertThat(doors.active(key)).isTrue());
        work.put("introspection, token", () -> assertThat(doors.active(token)).isTrue());
        Map<String, Integer> counted = new LinkedHashMap<>();
        work.forEach((door, once) -> {
            once.run();
            // of three, since what a node keeps it keeps for three seconds
            int fewest = IntStream.range(0, 3)
                    .map(i -> {
                        List<String> statements = statements(once);
                        assertThat(statements).as(door).noneMatch(KeyStatementsIT::writes);
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
