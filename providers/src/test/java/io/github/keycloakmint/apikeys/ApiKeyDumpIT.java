package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whoever has a dump of the database has no key. On a server of its own, whose embedded database the test opens beside it;
 * log, events and metrics of every server are swept at the end of the run.
 */
@Tag("distribution")
class ApiKeyDumpIT {

    private static final String PASSWORD = Random.secret();

    private static String url;
    private static KeycloakServer server;
    private static TestRealm realm;
    private static KeyDesk desk;

    @BeforeAll
    static void start() throws IOException {
        Path directory = Files.createTempDirectory("mint-keys");
        url = "jdbc:h2:file:" + directory.resolve("keycloak") + ";AUTO_SERVER=TRUE;NON_KEYWORDS=VALUE";
        server = Servers.start(ServerOptions.forTests()
                .with("--db-url", url)
                .with("--db-username", "keycloak")
                .with("--db-password", PASSWORD));
        // events of every kind are stored, with their details
        realm = TestRealm.create(server, "demo-realm.json", file -> file.put("eventsEnabled", true)
                .put("adminEventsEnabled", true)
                .put("adminEventsDetailsEnabled", true));
        desk = new KeyDesk(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
        server.close();
    }

    /** Every table with every row. */
    private static String dump() {
        StringBuilder dump = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url, "keycloak", PASSWORD);
                Statement statement = connection.createStatement();
                ResultSet script = statement.executeQuery("SCRIPT SIMPLE NOPASSWORDS")) {
            while (script.next()) {
                dump.append(script.getString(1)).append('\n');
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return dump.toString();
    }

    @Test
    void a_dump_of_the_database_holds_no_key_in_whatever_door_it_was_used() {
        KeyDoors doors = KeyDoors.open(realm);
        JsonNode ofUser = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read"));
        JsonNode ofAccount = desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
        String id = ofUser.path("id").asText();
        String earlier = ofUser.path("key").asText();
        String rotated = desk.call(
                        "POST", desk.session(KeyDesk.JANE), id + "/rotate", Json.object("grace_seconds", 600))
                .expect(200)
                .json()
                .path("key")
                .asText();
        List<String> keys = List.of(earlier, rotated, ofAccount.path("key").asText());
        for (String key : keys) {
            desk.verify(key).expect(200);
            doors.token(key).expect(200);
            doors.accountToken("acme", key).expect(200);
            doors.grant(KeyDoors.BACKEND, key, Map.of()).expect(200);
            doors.exchange(KeyDoors.BACKEND, key, Map.of()).expect(200);
            assertThat(doors.active(key)).isTrue();
        }
        Poll.untilTrue("the uses to be written", Duration.ofSeconds(30), () -> dump().lines()
                .anyMatch(line -> line.contains("MINT_API_KEY_USE") && line.contains(id)));
        String dump = dump();
        assertThat(dump).as("what there is to find").contains("INSERT INTO \"PUBLIC\".\"MINT_API_KEY\"");
        for (String key : keys) {
            String secret = key.substring(key.lastIndexOf('_') + 1);
            // not shown on failure: it would be the next leak
            assertThat(dump.contains(secret)).isFalse();
            assertThat(dump.contains(secret.substring(0, secret.length() - 6))).isFalse();
        }
        assertThat(dump.contains("km_live_")).isFalse();
    }
}
