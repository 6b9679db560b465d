package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.StatementLog;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often the database is asked, as Hibernate logs it: not once an account of a user who has a hundred. */
@Tag("once")
class AccountStatementsIT {

    private static final int MANY = 100;
    private static final String RICH = "rich@example.com";

    private static KeycloakServer server;
    private static TestRealm realm;
    private static Tenancy tenancy;

    @BeforeAll
    static void start() {
        server = Servers.trusting();
        realm = TestRealm.create(server, "demo-realm.json", file -> {});
        tenancy = new Tenancy(realm);
        String id = realm.createUser(RICH, user -> {});
        for (int i = 0; i < MANY; i++) {
            tenancy.join(tenancy.createOrganization("a%03d".formatted(i)), id);
        }
        tenancy.join(tenancy.organization("acme"), id);
        tenancy.joinGroup(tenancy.organization("acme"), "admin", id);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static List<String> statements(Runnable work) {
        return new StatementLog(server).during(work);
    }

    @Test
    void an_account_token_reads_the_members_groups_and_writes_nothing() {
        String session = tenancy.session(RICH);
        String acme = tenancy.organization("acme");
        tenancy.token(session, acme);
        List<String> statements = statements(() -> tenancy.token(session, acme));
        assertThat(statements).as(String.join("\n", statements)).hasSizeLessThanOrEqualTo(4);
        // the event of the call, which the test realm stores, is the one row
        assertThat(statements)
                .filteredOn(line -> line.contains("insert") || line.contains("update ") || line.contains("delete"))
                .allMatch(line -> line.contains("EVENT_ENTITY"));
    }

    @Test
    void the_claims_of_a_session_cost_no_query_an_account() {
        // the client's tokens rotate: each is good once
        String second =
                refresh(tenancy.tokens(Tenancy.APP, RICH).path("refresh_token").asText());
        List<String> statements = statements(() -> refresh(second));
        assertThat(statements).as(String.join("\n", statements)).hasSizeLessThan(12);
    }

    private static String refresh(String token) {
        return realm.token(Tenancy.APP, Map.of("grant_type", "refresh_token", "refresh_token", token))
                .expect(200)
                .json()
                .path("refresh_token")
                .asText();
    }
}
