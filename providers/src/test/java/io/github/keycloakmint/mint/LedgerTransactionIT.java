package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Jwt;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ledger's row is part of the request: what can't be recorded is not handed out, and nothing but the row is written.
 * On a server of its own, whose embedded database the test opens beside it.
 */
@Tag("distribution")
class LedgerTransactionIT {

    private static final String PASSWORD = Random.secret();

    private static String url;
    private static KeycloakServer server;
    private static TestRealm realm;
    private static Mint mint;

    @BeforeAll
    static void start() throws IOException {
        Path directory = Files.createTempDirectory("mint-ledger");
        url = "jdbc:h2:file:" + directory.resolve("keycloak") + ";AUTO_SERVER=TRUE;NON_KEYWORDS=VALUE";
        server = Servers.start(ServerOptions.forTests()
                .with("--db-url", url)
                .with("--db-username", "keycloak")
                .with("--db-password", PASSWORD)
                .with("--spi-mint-capability--token-for-email--ledger-purge-seconds", "2")
                .with("--spi-mint-capability--token-for-email--ledger-retention-days", "10")
                .with("--spi-mint-capability--token-for-email--allow-admins", "true"));
        realm = TestRealm.create(server, "demo-realm.json", changes -> {});
        mint = new Mint(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
        server.close();
    }

    private static Connection database() throws SQLException {
        return DriverManager.getConnection(url, "keycloak", PASSWORD);
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Every row of every table, as the statement that would insert it. */
    private static Set<String> rows() throws SQLException {
        Set<String> rows = new TreeSet<>();
        try (Connection connection = database();
                Statement statement = connection.createStatement();
                ResultSet script = statement.executeQuery("SCRIPT SIMPLE NOPASSWORDS")) {
            while (script.next()) {
                rows.add(script.getString(1));
            }
        }
        return rows.stream().filter(row -> row.startsWith("INSERT INTO")).collect(Collectors.toSet());
    }

    @Test
    void a_token_that_can_not_be_recorded_never_leaves() throws SQLException {
        execute("ALTER TABLE MINT_LEDGER RENAME TO MINT_LEDGER_AWAY");
        Answer answer;
        try {
            answer = mint.mint("jane@example.com");
        } finally {
            execute("ALTER TABLE MINT_LEDGER_AWAY RENAME TO MINT_LEDGER");
        }
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"status\":500,\"code\":\"INTERNAL\",\"message\":\"Internal server error\"}}");
        assertThat(new AuditLog(server)
                        .await(line -> line.path("outcome").asText().equals("error"))
                        .path("cause")
                        .asText())
                .startsWith("reference ");
        mint.mint("jane@example.com").expect(200);
    }

    @Test
    void a_mint_writes_its_row_and_nothing_else() throws SQLException {
        realm.updateRealm(settings -> settings.put("eventsEnabled", false));
        mint.mint("jane@example.com").expect(200);
        Set<String> before = rows();
        String jti = Jwt.payload(mint.token("jane@example.com")).path("jti").asText();
        mint.mint("nobody@example.com").expect(404);
        mint.mint("off@example.com").expect(404);
        Set<String> after = rows();
        after.removeAll(before);
        assertThat(after).singleElement().asString().contains("\"MINT_LEDGER\"").contains(jti);
        assertThat(rows()).containsAll(before);
    }

    /** T13, T15: the client's attribute and the server's option together. */
    @Test
    void administrators_are_minted_for_where_server_and_client_both_allow_it() {
        String boss = realm.createUser("boss@example.com", user -> {});
        realm.assignClientRole(boss, "realm-management", "view-realm");
        assertThat(mint.mint("boss@example.com").status()).isEqualTo(404);
        realm.clientAttribute("tribe-upstream", "mint.allow-admins", "true");
        JsonNode answer = mint.mint("boss@example.com").expect(200).json();
        assertThat(mint.active(answer.path("accessToken").asText())).isTrue();
        realm.clientAttribute("tribe-upstream", "mint.allow-admins", null);
        assertThat(mint.active(answer.path("accessToken").asText())).isFalse();
    }

    /** T20: in batches, and only what the retention lets go. */
    @Test
    void expired_rows_go_after_the_retention_and_living_ones_stay() throws SQLException {
        String alive = Jwt.payload(mint.token("jane@example.com")).path("jti").asText();
        long now = java.time.Instant.now().getEpochSecond();
        execute("INSERT INTO MINT_LEDGER (JTI, REALM_ID, USER_ID, CALLER, ISSUED_AT, EXPIRES_AT) SELECT 'old-' || X,"
                + " 'r', 'u', 'c', 1, " + (now - 11 * 86_400) + " FROM SYSTEM_RANGE(1, 2500)");
        execute(
                "INSERT INTO MINT_LEDGER (JTI, REALM_ID, USER_ID, CALLER, ISSUED_AT, EXPIRES_AT) VALUES ('recent', 'r', 'u',"
                        + " 'c', 1, " + (now - 9 * 86_400) + ")");
        Poll.untilTrue("the old rows are gone", Duration.ofSeconds(30), () -> count("JTI LIKE 'old-%'") == 0);
        assertThat(count("JTI = 'recent'")).isEqualTo(1);
        assertThat(count("JTI = '" + alive + "'")).isEqualTo(1);
        execute("DELETE FROM MINT_LEDGER WHERE JTI = 'recent'");
    }

    private static int count(String condition) {
        try (Connection connection = database();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT COUNT(*) FROM MINT_LEDGER WHERE " + condition)) {
            result.next();
            return result.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
