package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The claims {@code team_id}, {@code account_id}, {@code role}, {@code permissions} of a session's tokens. */
class AccountMappersIT {

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static String acme;
    private static String globex;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        acme = tenancy.organization("acme");
        globex = tenancy.organization("globex");
        tenancy.audience(Tenancy.APP, Tenancy.API);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void expect(JsonNode claims, String account, String role, List<String> permissions) {
        assertThat(claims.path("team_id").asText()).isEqualTo(account);
        assertThat(claims.path("account_id").asText()).isEqualTo(account);
        assertThat(claims.path("role").asText()).isEqualTo(role);
        assertThat(AccountTokenIT.texts(claims.path("permissions"))).isEqualTo(permissions);
    }

    private static void expectNone(JsonNode claims) {
        for (String claim : List.of("team_id", "account_id", "role")) {
            assertThat(claims.has(claim)).as(claim).isTrue();
            assertThat(claims.get(claim).isNull()).as(claim).isTrue();
        }
        assertThat(claims.get("permissions").isArray()).isTrue();
        assertThat(claims.get("permissions")).isEmpty();
    }

    @Test
    void a_session_speaks_of_the_account_of_the_highest_role() {
        String session = tenancy.session(Tenancy.JANE);
        List<String> all = List.of("campaigns:read", "campaigns:write", "templates:read", "templates:write");
        expect(Jwt.payload(session), acme, "owner", all);
        expect(tenancy.introspect(session), acme, "owner", all);
    }

    @Test
    void among_equal_roles_the_lowest_alias_counts() {
        String id = realm.createUser("both@example.com", user -> {});
        for (String organization : List.of(globex, acme)) {
            tenancy.join(organization, id);
            tenancy.joinGroup(organization, "member", id);
        }
        expect(
                Jwt.payload(tenancy.session("both@example.com")),
                acme,
                "member",
                List.of("campaigns:read", "templates:read"));
        tenancy.joinGroup(globex, "admin", id);
        assertThat(Jwt.payload(tenancy.session("both@example.com"))
                        .path("team_id")
                        .asText())
                .isEqualTo(globex);
    }

    /** T7: max has the realm role free, and no token of his says so as his role in a team. */
    @Test
    void without_an_account_the_claims_are_null_null_and_empty() {
        String session = tenancy.session(Tenancy.MAX);
        expectNone(Jwt.payload(session));
        expectNone(tenancy.introspect(session));
        assertThat(Jwt.payload(session).has("realm_access")).isFalse();
    }

    @Test
    void who_leaves_has_a_token_that_is_not_active_and_gets_another_by_refresh() {
        String id = realm.createUser("leaver@example.com", user -> {});
        tenancy.join(acme, id);
        tenancy.joinGroup(acme, "admin", id);
        tenancy.join(globex, id);
        tenancy.joinGroup(globex, "member", id);
        JsonNode tokens = tenancy.tokens(Tenancy.APP, "leaver@example.com");
        String session = tokens.path("access_token").asText();
        assertThat(Jwt.payload(session).path("role").asText()).isEqualTo("admin");
        tenancy.leave(acme, id);
        // T33: never the role that he has elsewhere
        assertThat(tenancy.introspect(session).toString()).isEqualTo("{\"active\":false}");
        String next = realm.token(
                        Tenancy.APP,
                        Map.of(
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                tokens.path("refresh_token").asText()))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        expect(Jwt.payload(next), globex, "member", List.of("campaigns:read", "templates:read"));
        expect(tenancy.introspect(next), globex, "member", List.of("campaigns:read", "templates:read"));
        tenancy.leave(globex, id);
        assertThat(tenancy.active(next)).isFalse();
    }

    /** T33: whatever the session would speak of now, a token is answered for with the account that it names. */
    @Test
    void introspection_answers_for_the_account_that_the_token_names() {
        String id = realm.createUser("risen@example.com", user -> {});
        String without = tenancy.session("risen@example.com");
        tenancy.join(globex, id);
        tenancy.joinGroup(globex, "member", id);
        String session = tenancy.session("risen@example.com");
        tenancy.join(acme, id);
        tenancy.joinGroup(acme, "owner", id);
        expect(tenancy.introspect(session), globex, "member", List.of("campaigns:read", "templates:read"));
        expectNone(tenancy.introspect(without));
        assertThat(tenancy.introspect(without).path("active").asBoolean()).isTrue();
        tenancy.joinGroup(globex, "admin", id);
        assertThat(tenancy.introspect(session).path("role").asText()).isEqualTo("admin");
    }

    /** The account of the sign-in stays the session's, also when another one would be chosen now. */
    @Test
    void a_session_speaks_of_the_account_that_it_was_started_for_until_its_user_leaves_that() {
        String id = realm.createUser("chooser@example.com", user -> {});
        tenancy.join(acme, id);
        tenancy.joinGroup(acme, "owner", id);
        tenancy.join(globex, id);
        tenancy.joinGroup(globex, "member", id);
        JsonNode tokens = Http.post(realm.url("/auth/sign-in"))
                .json(Json.object(
                        "client_id",
                        Tenancy.APP,
                        "email",
                        "chooser@example.com",
                        "password",
                        TestRealm.PASSWORD,
                        "account_id",
                        globex))
                .send()
                .expect(200)
                .json()
                .path("tokens");
        List<String> reads = List.of("campaigns:read", "templates:read");
        expect(Jwt.payload(tokens.path("access_token").asText()), globex, "member", reads);
        expect(tenancy.introspect(tokens.path("access_token").asText()), globex, "member", reads);
        JsonNode next = refreshed(tokens);
        expect(Jwt.payload(next.path("access_token").asText()), globex, "member", reads);
        tenancy.leave(globex, id);
        JsonNode last = Jwt.payload(refreshed(next).path("access_token").asText());
        assertThat(last.path("account_id").asText()).isEqualTo(acme);
        assertThat(last.path("role").asText()).isEqualTo("owner");
    }

    private static JsonNode refreshed(JsonNode tokens) {
        return realm.token(
                        Tenancy.APP,
                        Map.of(
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                tokens.path("refresh_token").asText()))
                .expect(200)
                .json();
    }

    /** T7: a role of one organization's group says nothing about another. */
    @Test
    void groups_of_other_accounts_grant_nothing() {
        String id = realm.createUser("split@example.com", user -> {});
        String quiet = tenancy.createOrganization("a-quiet-one");
        tenancy.join(quiet, id);
        tenancy.join(globex, id);
        tenancy.joinGroup(globex, "owner", id);
        String session = tenancy.session("split@example.com");
        assertThat(Jwt.payload(session).path("team_id").asText()).isEqualTo(globex);
        assertThat(Jwt.payload(tenancy.token(session, quiet)).path("permissions"))
                .isEmpty();
        realm.delete("/organizations/" + quiet).expect(204);
    }

    @Test
    void an_account_that_is_switched_off_is_none() {
        String id = realm.createUser("asleep@example.com", user -> {});
        String organization = tenancy.createOrganization("dormant");
        tenancy.join(organization, id);
        tenancy.enable(organization, false);
        expectNone(Jwt.payload(tenancy.session("asleep@example.com")));
        realm.delete("/organizations/" + organization).expect(204);
    }
}
