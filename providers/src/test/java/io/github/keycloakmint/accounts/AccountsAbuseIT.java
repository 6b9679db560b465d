package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not work at {@code /api/accounts}: bearers, bodies, other people's accounts. */
class AccountsAbuseIT {

    private static final String JANE = "jane@example.com";
    private static final String FORBIDDEN =
            "{\"error\":\"forbidden\",\"message\":\"Insufficient permissions for this resource\"}";

    private static TestRealm realm;
    private static TestRealm other;
    private static Self self;
    private static String acme;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        other = TestRealm.create();
        self = new Self(realm);
        acme = self.byAlias("acme");
    }

    @AfterAll
    static void stop() {
        other.close();
        realm.close();
    }

    /** Method and path of everything that this capability answers. */
    static Stream<String> doors() {
        return Stream.of(
                "GET /accounts",
                "POST /accounts",
                "GET /accounts/acme",
                "PATCH /accounts/acme",
                "DELETE /accounts/acme",
                "GET /accounts/acme/members",
                "PATCH /accounts/acme/members/x",
                "DELETE /accounts/acme/members/x",
                "GET /accounts/acme/invitations",
                "POST /accounts/acme/invitations",
                "DELETE /accounts/acme/invitations/x",
                "POST /invitations/accept");
    }

    private static Http door(String door) {
        String[] parts = door.split(" ");
        Http request = Http.request(parts[0], realm.url("/api" + parts[1]));
        return parts[0].equals("GET") || parts[0].equals("DELETE")
                ? request
                : request.json(Json.object("name", "Mine", "role", "owner", "email", "a@b.example", "token", "x"));
    }

    @ParameterizedTest
    @MethodSource("doors")
    void nobody_comes_in_without_the_token_of_a_full_session_of_a_client_that_opted_in(String door) {
        Answer none = door(door).send();
        Self.refused(none, 401, "unauthorized");
        assertThat(none.json().path("message").asText()).isEqualTo("Authorization header required");
        for (String bad : List.of("x", "a.b.c", " ")) {
            Self.refused(door(door).bearer(bad).send(), 401, "unauthorized");
        }
        String jane = self.token(JANE);
        Self.refused(door(door).bearer(jane).bearer(jane).send(), 401, "unauthorized");
        Self.refused(door(door).bearer(otherRealms()).send(), 401, "unauthorized");
        Self.refused(door(door).bearer(masterAdmin()).send(), 401, "unauthorized");
        for (String narrow : List.of(minted(), accountToken())) {
            assertThat(door(door).bearer(narrow).send().status()).isIn(401, 403);
        }
        Self.refused(door(door).bearer(serviceAccount()).send(), 403, "forbidden");
        Self.refused(door(door).bearer(notOptedIn()).send(), 403, "forbidden");
    }

    private static String cached(String name, Callable<String> make) {
        return TOKENS.computeIfAbsent(name, key -> {
            try {
                return make.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static final Map<String, String> TOKENS = new java.util.concurrent.ConcurrentHashMap<>();

    private static String otherRealms() {
        return cached("other", () -> other.passwordToken(Self.CLIENT, JANE, TestRealm.PASSWORD));
    }

    private static String masterAdmin() {
        return cached("master", () -> Http.post(realm.server().url("/realms/master/protocol/openid-connect/token"))
                .form(Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        realm.server().adminUser(),
                        "password",
                        realm.server().adminPassword()))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText());
    }

    private static String minted() {
        return cached("minted", () -> Http.post(realm.url("/api/auth/token-for-email"))
                .basic("billing-service", realm.clientSecret("billing-service"))
                .json(Json.object("email", JANE, "platformId", realm.platformId(), "reason", "test", "expiresIn", 60))
                .send()
                .expect(200)
                .json()
                .path("accessToken")
                .asText());
    }

    private static String accountToken() {
        return cached("account", () -> self.post(
                        JANE, "/accounts/acme/token", Json.object("audience", "https://api.inbox-manager.com"))
                .expect(200)
                .json()
                .path("access_token")
                .asText());
    }

    private static String serviceAccount() {
        return cached("service", () -> realm.clientToken("billing-service"));
    }

    /** A session of Jane's, through a client whose admin does not say that it may look after accounts. */
    private static String notOptedIn() {
        return cached("client", () -> {
            realm.createClient(Json.object(
                    "clientId",
                    "other-app",
                    "publicClient",
                    true,
                    "directAccessGrantsEnabled",
                    true,
                    "fullScopeAllowed",
                    false));
            return realm.passwordToken("other-app", JANE, TestRealm.PASSWORD);
        });
    }

    @Test
    void an_ended_session_is_over_at_once() {
        String email = self.user();
        String token = self.token(email);
        realm.post("/users/" + self.id(email) + "/logout", "").expect(204);
        Self.refused(Http.get(realm.url("/api/accounts")).bearer(token).send(), 401, "unauthorized");
    }

    @Test
    void unknown_foreign_disabled_and_other_realms_accounts_answer_with_the_same_bytes() {
        String stranger = self.user();
        String theirs = self.account(self.user(), "Theirs");
        String mine = self.account(stranger, "Mine");
        realm.put(
                        Self.org(mine),
                        ((com.fasterxml.jackson.databind.node.ObjectNode) self.organization(mine))
                                .put("enabled", false))
                .expect(204);
        String elsewhere = new Self(other).byAlias("acme");
        List<String> names = List.of(
                theirs,
                "theirs",
                mine,
                "mine",
                elsewhere,
                "acme",
                UUID.randomUUID().toString(),
                "none",
                "%00",
                "%0a",
                "a".repeat(300),
                "..%2f..%2facme",
                "%F0%9F%98%80",
                "'%20or%201=1--",
                "*",
                "%25",
                theirs.toUpperCase());
        for (String name : names) {
            for (String door : doors().filter(each -> each.contains("/acme")).toList()) {
                String[] parts = door.split(" ");
                Answer answer = Http.request(parts[0], realm.url("/api" + parts[1].replace("acme", name)))
                        .bearer(self.token(stranger))
                        .json(Json.object("name", "Mine", "role", "owner", "email", "a@b.example"))
                        .send();
                assertThat(answer.status()).as(door + " " + name).isEqualTo(403);
                assertThat(answer.body()).as(door + " " + name).isEqualTo(FORBIDDEN);
            }
        }
        assertThat(self.organization(theirs).path("name").asText()).isEqualTo("theirs");
        assertThat(self.get(stranger, "/accounts").json().path("total").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{\"name\":null}",
                "{\"name\":1}",
                "{\"name\":{}}",
                "{\"name\":[\"a\"]}",
                "{\"name\":\"\"}",
                "{\"name\":\"  \"}",
                "{\"name\":\"\\u3000\"}",
                "{\"name\":\"a\\nb\"}",
                "{\"name\":\"a\\u0000b\"}",
                "{\"name\":\"a\\u202eb\"}",
                "{\"name\":\"a\\ud800b\"}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"name\":\"a\"} x"
            })
    void a_bad_name_makes_and_changes_nothing(String body) {
        String owner = owner();
        Self.refused(self.request(owner, "POST", "/accounts").json(body).send(), 400, "bad_request");
        Self.refused(
                self.request(owner, "PATCH", "/accounts/badly-named").json(body).send(), 400, "bad_request");
        assertThat(self.get(owner, "/accounts").json().path("accounts").findValuesAsText("account_name"))
                .containsExactly("Badly named");
    }

    private static String owner() {
        return cached("owner", () -> {
            String owner = self.user();
            self.account(owner, "Badly named");
            return owner;
        });
    }

    @Test
    void a_long_name_a_large_body_and_another_type_are_refused() {
        String owner = owner();
        Self.refused(self.post(owner, "/accounts", Json.object("name", "x".repeat(256))), 400, "bad_request");
        Self.refused(self.post(owner, "/accounts", Json.object("name", "x".repeat(70_000))), 413, "payload_too_large");
        Self.refused(
                self.request(owner, "POST", "/accounts")
                        .body("text/plain", "{\"name\":\"a\"}")
                        .send(),
                415,
                "unsupported_media_type");
        Self.refused(
                self.request(owner, "POST", "/accounts")
                        .form(Map.of("name", "a"))
                        .send(),
                415,
                "unsupported_media_type");
        Self.refused(self.request(owner, "PUT", "/accounts").json("{}").send(), 405, "method_not_allowed");
        assertThat(self.get(owner, "/accounts").json().path("total").asInt()).isEqualTo(1);
    }

    @Test
    void further_members_of_a_body_set_nothing() {
        String owner = self.user();
        String id = self.post(
                        owner,
                        "/accounts",
                        Json.object(
                                "name",
                                "Plain",
                                "id",
                                acme,
                                "alias",
                                "chosen",
                                "enabled",
                                false,
                                "domains",
                                List.of("x.example"),
                                "attributes",
                                Map.of("mint.platform-id", List.of("1")),
                                "role",
                                "member"))
                .expect(201)
                .json()
                .path("account_id")
                .asText();
        assertThat(id).isNotEqualTo(acme);
        assertThat(self.organization(id).path("alias").asText()).isEqualTo("plain");
        assertThat(self.organization(id).path("enabled").asBoolean()).isTrue();
        assertThat(self.organization(id).path("domains")).isEmpty();
        assertThat(self.organization(id).path("attributes").fieldNames())
                .toIterable()
                .containsExactly("mint.display-name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first=-1", "first=x", "max=0", "max=101", "max=1&max=2", "first=99999999999", "max=1.5"})
    void a_page_that_there_can_t_be_is_400(String query) {
        Self.refused(self.get(JANE, "/accounts?" + query), 400, "bad_request");
        Self.refused(self.get(JANE, "/accounts/acme/members?" + query), 400, "bad_request");
        Self.refused(self.get(JANE, "/accounts/acme/invitations?" + query), 400, "bad_request");
    }

    @Test
    void nobody_owns_more_than_he_may_not_even_by_calls_at_once() throws Exception {
        realm.realmAttribute("mint.accounts.max-owned", "3");
        try {
            String eager = self.user();
            self.token(eager);
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(() -> self.post(eager, "/accounts", Json.object("name", "Eager")));
            }
            List<Answer> answers = Self.together(calls);
            assertThat(Self.count(answers, 201)).isEqualTo(3);
            answers.stream()
                    .filter(answer -> answer.status() != 201)
                    .forEach(answer -> Self.refused(answer, 409, "conflict"));
            assertThat(self.get(eager, "/accounts").json().path("total").asInt())
                    .isEqualTo(3);
        } finally {
            realm.realmAttribute("mint.accounts.max-owned", null);
        }
    }

    @Test
    void one_name_taken_by_many_at_once_makes_an_account_for_each() throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String user = self.user();
            self.token(user);
            calls.add(() -> self.post(user, "/accounts", Json.object("name", "Contended")));
        }
        List<Answer> answers = Self.together(calls);
        assertThat(Self.count(answers, 201)).isEqualTo(8);
        assertThat(answers.stream().map(answer -> answer.json().path("alias").asText()))
                .doesNotHaveDuplicates();
    }

    @Test
    void users_make_no_accounts_where_the_realm_does_not_say_so() {
        realm.realmAttribute("mint.signup.accounts", null);
        try {
            Self.refused(self.post(self.user(), "/accounts", Json.object("name", "No")), 403, "forbidden");
        } finally {
            realm.realmAttribute("mint.signup.accounts", "true");
        }
    }

    @Test
    void an_account_with_managed_members_or_an_identity_provider_is_for_admins_to_end() {
        String globex = self.byAlias("globex");
        String owner = self.user();
        self.join(globex, owner, "owner");
        String email = ManagedMember.of(realm, globex);
        String managed = self.id(email);
        Self.refused(self.delete(owner, "/accounts/globex"), 409, "conflict");
        Self.refused(self.delete(owner, "/accounts/globex/members/" + managed), 409, "conflict");
        Self.refused(self.delete(email, "/accounts/globex/members/" + managed), 409, "conflict");
        self.patch(owner, "/accounts/globex/members/" + managed, Json.object("role", "member"))
                .expect(200);
        assertThat(realm.user(managed).path("email").asText()).isEqualTo(email);
        assertThat(self.isMember(globex, email)).isTrue();

        String federated = self.account(owner, "Federated");
        realm.post(Self.org(federated) + "/identity-providers", "\"firebase\"").expect(204);
        Self.refused(self.delete(owner, "/accounts/" + federated), 409, "conflict");
        self.get(owner, "/accounts/" + federated).expect(200);
    }

    @Test
    void an_unknown_role_in_a_client_s_list_grants_nothing_and_is_said_in_the_log() {
        realm.clientAttribute("https://api.inbox-manager.com", "mint.account-roles.owner", "campaigns:read,nope");
        try {
            String owner = self.user();
            String id = self.account(owner, "Short of roles");
            assertThat(self.get(owner, "/accounts/" + id)
                            .json()
                            .path("permissions")
                            .toString())
                    .isEqualTo("[\"campaigns:read\"]");
            assertThat(realm.server().log())
                    .contains("mint.account-roles.owner of client 'https://api.inbox-manager.com'");
        } finally {
            realm.clientAttribute(
                    "https://api.inbox-manager.com",
                    "mint.account-roles.owner",
                    "campaigns:read,campaigns:write,templates:read,templates:write");
        }
    }

    /** Attack 13, 13b: whoever comes too late learns what he would for an account that never was. */
    @RepeatedTest(3)
    void beside_the_end_of_an_account_nothing_fails() throws Exception {
        String owner = self.user();
        String id = self.account(owner, "Short lived");
        String path = "/accounts/" + id;
        self.token(owner);
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String email = "late" + i + "@b.example";
            calls.add(() -> self.delete(owner, path));
            calls.add(() -> self.patch(owner, path, Json.object("name", "Other")));
            calls.add(() -> self.post(owner, path + "/invitations", Json.object("email", email)));
            calls.add(
                    () -> self.post(owner, path + "/token", Json.object("audience", "https://api.inbox-manager.com")));
            calls.add(() -> self.get(owner, "/accounts"));
            calls.add(() -> self.get(owner, path + "/members"));
        }
        List<Answer> answers = Self.together(calls);
        assertThat(answers.stream().map(Answer::status)).allMatch(status -> status < 500);
        assertThat(Self.count(answers, 204)).isEqualTo(1);
    }

    /** Attack 12 */
    @Test
    void a_realm_without_organizations_has_none_of_these_doors() {
        try (TestRealm off = TestRealm.create()) {
            Self there = new Self(off);
            String token = there.token(JANE);
            off.updateRealm(changed -> changed.put("organizationsEnabled", false));
            doors().forEach(door -> {
                String[] parts = door.split(" ");
                Http request =
                        Http.request(parts[0], off.url("/api" + parts[1])).bearer(token);
                Self.refused(
                        parts[0].equals("GET") || parts[0].equals("DELETE")
                                ? request.send()
                                : request.json(Json.object("name", "x")).send(),
                        404,
                        "not_found");
            });
            Self.refused(
                    there.post(JANE, "/accounts/acme/token", Json.object("audience", "https://api.inbox-manager.com")),
                    404,
                    "not_found");
        }
    }

    /** L3 */
    @Test
    void an_account_that_is_a_platform_or_has_domains_is_ended_by_admins_alone() {
        for (boolean platform : List.of(true, false)) {
            String owner = self.user();
            String id = self.account(owner, "Tied");
            ObjectNode organization = (ObjectNode) self.organization(id);
            if (platform) {
                organization
                        .withObject("/attributes")
                        .putArray("mint.platform-id")
                        .add("47110");
            } else {
                organization.withArray("/domains").add(Json.object("name", "tied.example", "verified", false));
            }
            realm.put(Self.org(id), organization).expect(204);
            Self.refused(self.delete(owner, "/accounts/" + id), 409, "conflict");
            realm.delete(Self.org(id)).expect(204);
        }
    }

    /** M5 */
    @Test
    void nobody_makes_an_account_who_is_in_as_many_as_he_may() {
        String owner = self.user();
        self.account(owner, "One");
        realm.realmAttribute("mint.accounts.max-memberships", "1");
        try {
            Self.refused(self.post(owner, "/accounts", Json.object("name", "Two")), 409, "conflict");
        } finally {
            realm.realmAttribute("mint.accounts.max-memberships", null);
        }
    }

    /** L2: a bundle token that nobody accepts any more is no bearer at all. */
    @Test
    void a_token_of_an_account_that_its_user_has_left_is_401() {
        String owner = self.user();
        String id = self.account(owner, "Left");
        String member = self.member(id, "member");
        String token = self.post(
                        member, "/accounts/" + id + "/token", Json.object("audience", "https://api.inbox-manager.com"))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        Self.refused(
                Http.request("GET", realm.url("/api/accounts")).bearer(token).send(), 403, "forbidden");
        self.delete(owner, "/accounts/" + id + "/members/" + self.id(member)).expect(204);
        Self.refused(
                Http.request("GET", realm.url("/api/accounts")).bearer(token).send(), 401, "unauthorized");
    }
}
