package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Accounts as their members make, see, rename and end them. */
class AccountsIT {

    private static final String JANE = "jane@example.com";
    private static final String JOHN = "john@example.com";

    private static TestRealm realm;
    private static Self self;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        self = new Self(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @Test
    void a_users_accounts_come_with_role_and_permissions() {
        JsonNode answer = self.get(JANE, "/accounts").expect(200).json();
        assertThat(answer.fieldNames()).toIterable().containsExactly("accounts", "first", "max", "total");
        assertThat(answer.path("total").asInt()).isEqualTo(2);
        assertThat(answer.path("first").asInt()).isZero();
        JsonNode acme = answer.path("accounts").get(0);
        assertThat(acme.fieldNames())
                .toIterable()
                .containsExactly("account_id", "account_name", "alias", "role", "permissions");
        assertThat(acme.path("account_id").asText()).isEqualTo(self.byAlias("acme"));
        assertThat(acme.path("account_name").asText()).isEqualTo("Acme Inc.");
        assertThat(acme.path("alias").asText()).isEqualTo("acme");
        assertThat(acme.path("role").asText()).isEqualTo("owner");
        assertThat(acme.path("permissions").toString())
                .isEqualTo("[\"campaigns:read\",\"campaigns:write\",\"templates:read\",\"templates:write\"]");
        JsonNode globex = answer.path("accounts").get(1);
        assertThat(globex.path("alias").asText()).isEqualTo("globex");
        assertThat(globex.path("role").asText()).isEqualTo("member");
        assertThat(globex.path("permissions").toString()).isEqualTo("[\"campaigns:read\",\"templates:read\"]");
    }

    @Test
    void a_user_without_accounts_has_an_empty_list() {
        assertThat(self.get("max@example.com", "/accounts").expect(200).body())
                .isEqualTo("{\"accounts\":[],\"first\":0,\"max\":100,\"total\":0}");
    }

    @Test
    void one_account_answers_by_id_and_by_alias_to_any_member() {
        Answer byId = self.get(JOHN, "/accounts/" + self.byAlias("acme")).expect(200);
        assertThat(byId.json().path("role").asText()).isEqualTo("member");
        assertThat(self.get(JOHN, "/accounts/acme").expect(200).body()).isEqualTo(byId.body());
    }

    @Test
    void who_makes_an_account_owns_it() {
        String owner = self.user();
        JsonNode made = self.post(owner, "/accounts", Json.object("name", "  Näh & Söhne  "))
                .expect(201)
                .json();
        assertThat(made.path("account_name").asText()).isEqualTo("Näh & Söhne");
        assertThat(made.path("alias").asText()).isEqualTo("nah-sohne");
        assertThat(made.path("role").asText()).isEqualTo("owner");
        assertThat(made.path("permissions")).hasSize(4);
        String id = made.path("account_id").asText();
        assertThat(self.get(owner, "/accounts/" + id).expect(200).json()).isEqualTo(made);
        assertThat(self.get(owner, "/accounts").json().path("accounts").get(0)).isEqualTo(made);

        assertThat(self.groups(id, owner)).containsExactly("owner");
        assertThat(realm.get(Self.org(id) + "/groups").json().findValuesAsText("name"))
                .containsExactlyInAnyOrder("owner", "admin", "member");
        assertThat(self.organization(id).path("domains")).isEmpty();
        assertThat(realm.get(Self.org(id) + "/members/" + self.id(owner))
                        .json()
                        .path("membershipType")
                        .asText())
                .isEqualTo("UNMANAGED");
        // a member gets what the permission client says, no more
        String member = self.member(id, "member");
        assertThat(self.get(member, "/accounts/" + id)
                        .json()
                        .path("permissions")
                        .toString())
                .isEqualTo("[\"campaigns:read\",\"templates:read\"]");
    }

    @Test
    void accounts_may_share_a_name() {
        String one = self.account(self.user(), "Twins");
        String other = self.account(self.user(), "Twins");
        assertThat(one).isNotEqualTo(other);
        assertThat(self.organization(one).path("alias").asText()).isEqualTo("twins");
        assertThat(self.organization(other).path("alias").asText()).matches("twins-[a-z2-9]{6}");
    }

    @Test
    void owners_and_admins_rename_an_account_and_nothing_else_changes() {
        String owner = self.user();
        String id = self.account(owner, "Before");
        JsonNode organization = self.organization(id);
        ((com.fasterxml.jackson.databind.node.ObjectNode) organization)
                .withObject("/attributes")
                .putArray("mint.platform-id")
                .add("4711");
        realm.put(Self.org(id), organization).expect(204);
        String admin = self.member(id, "admin");
        String member = self.member(id, "member");

        assertThat(self.patch(admin, "/accounts/" + id, Json.object("name", "After"))
                        .expect(200)
                        .json()
                        .path("account_name")
                        .asText())
                .isEqualTo("After");
        assertThat(self.patch(owner, "/accounts/before", Json.object("name", "Even later"))
                        .expect(200)
                        .json()
                        .path("alias")
                        .asText())
                .isEqualTo("before");
        Self.refused(self.patch(member, "/accounts/" + id, Json.object("name", "Mine")), 403, "forbidden");
        assertThat(self.get(member, "/accounts/" + id)
                        .json()
                        .path("account_name")
                        .asText())
                .isEqualTo("Even later");
        assertThat(self.organization(id)
                        .path("attributes")
                        .path("mint.platform-id")
                        .get(0)
                        .asText())
                .isEqualTo("4711");
    }

    @Test
    void an_owner_ends_an_account_and_its_users_stay() {
        String owner = self.user();
        String id = self.account(owner, "Short lived");
        String admin = self.member(id, "admin");
        String member = self.member(id, "member");
        Self.refused(self.delete(member, "/accounts/" + id), 403, "forbidden");
        Self.refused(self.delete(admin, "/accounts/" + id), 403, "forbidden");
        assertThat(self.delete(owner, "/accounts/" + id).expect(204).body()).isEmpty();
        Self.refused(self.get(owner, "/accounts/" + id), 403, "forbidden");
        Self.refused(self.delete(owner, "/accounts/" + id), 403, "forbidden");
        for (String email : List.of(owner, admin, member)) {
            assertThat(realm.user(self.id(email)).path("enabled").asBoolean()).isTrue();
            assertThat(self.get(email, "/accounts").json().path("total").asInt())
                    .isZero();
        }
        assertThat(realm.get(Self.org(id)).status()).isEqualTo(404);
    }

    @Test
    void a_list_comes_in_pages() {
        realm.realmAttribute("mint.accounts.max-owned", "100");
        String owner = self.user();
        for (int i = 0; i < 5; i++) {
            self.account(owner, "page " + i);
        }
        JsonNode page = self.get(owner, "/accounts?first=1&max=2").expect(200).json();
        assertThat(page.path("accounts").findValuesAsText("account_name")).containsExactly("page 1", "page 2");
        assertThat(page.path("total").asInt()).isEqualTo(5);
        assertThat(page.path("first").asInt()).isEqualTo(1);
        assertThat(page.path("max").asInt()).isEqualTo(2);
        assertThat(self.get(owner, "/accounts?first=9").expect(200).json().path("accounts"))
                .isEmpty();
    }

    @Test
    void pages_of_the_clients_own_origins_may_call() {
        Answer answer = self.request(JANE, "GET", "/accounts")
                .header("Origin", Self.ORIGIN)
                .send();
        assertThat(answer.expect(200).header("access-control-allow-origin")).contains(Self.ORIGIN);
        Answer preflight = Http.request("OPTIONS", realm.url("/api/accounts/acme/members/x"))
                .header("Origin", Self.ORIGIN)
                .header("Access-Control-Request-Method", "PATCH")
                .send();
        assertThat(preflight.header("access-control-allow-methods")).contains("DELETE, OPTIONS, PATCH");
        assertThat(preflight.header("access-control-allow-origin")).contains(Self.ORIGIN);
        Self.refused(
                self.request(JANE, "GET", "/accounts")
                        .header("Origin", "https://app.inbox-manager.com.evil.example")
                        .send(),
                403,
                "forbidden");
    }

    @Test
    void each_change_leaves_one_line_that_says_who_did_what_where() {
        AuditLog log = new AuditLog(realm.server());
        String owner = self.user();
        String id = self.account(owner, "Audited");
        JsonNode line = log.await(entry -> entry.path("accountId").asText().equals(id));
        assertThat(line.path("action").asText()).isEqualTo("create");
        assertThat(line.path("outcome").asText()).isEqualTo("success");
        assertThat(line.path("caller").asText()).isEqualTo(Self.CLIENT);
        assertThat(line.path("userId").asText()).isEqualTo(self.id(owner));
        String member = self.member(id, "member");
        self.patch(owner, "/accounts/" + id, Json.object("name", "Seen")).expect(200);
        self.patch(owner, "/accounts/" + id + "/members/" + self.id(member), Json.object("role", "admin"))
                .expect(200);
        self.delete(owner, "/accounts/" + id + "/members/" + self.id(member)).expect(204);
        JsonNode removed = log.await(entry -> entry.path("accountId").asText().equals(id)
                && entry.path("action").asText().equals("remove"));
        assertThat(removed.path("userId").asText()).isEqualTo(self.id(owner));
        assertThat(removed.path("member").asText()).isEqualTo(self.id(member));
        self.delete(owner, "/accounts/" + id).expect(204);
        log.await(entry -> entry.path("accountId").asText().equals(id)
                && entry.path("action").asText().equals("delete"));
        List<JsonNode> events = realm.events("UPDATE_PROFILE").stream()
                .filter(event ->
                        event.path("details").path("accountId").asText().equals(id))
                .toList();
        assertThat(events.stream()
                        .map(event -> event.path("details").path("action").asText()))
                .containsExactlyInAnyOrder("create", "rename", "change_role", "remove", "delete");
        assertThat(events)
                .allMatch(event -> event.path("userId").asText().equals(self.id(owner))
                        && event.path("clientId").asText().equals(Self.CLIENT));
    }
}
