package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not work with an account's members. */
@Tag("once")
class MembersAbuseIT {

    private static TestRealm realm;
    private static Self self;

    private String owner;
    private String account;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> representation
                .withObject("/attributes")
                .put("mint.account-role-order", "owner,admin,member,superuser")
                .put("mint.accounts.max-owned", "100"));
        self = new Self(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @BeforeEach
    void account() {
        owner = self.user();
        account = self.account(owner, "Attacked");
    }

    private String members() {
        return "/accounts/" + account + "/members";
    }

    private String member(String email) {
        return members() + "/" + self.id(email);
    }

    @Test
    void a_member_sees_nobody_and_changes_nobody() {
        String plain = self.member(account, "member");
        String none = self.member(account, null);
        for (String powerless : List.of(plain, none)) {
            Self.refused(self.get(powerless, members()), 403, "forbidden");
            for (String target : List.of(owner, plain, none)) {
                Self.refused(self.patch(powerless, member(target), Json.object("role", "member")), 403, "forbidden");
                if (!target.equals(powerless)) {
                    Self.refused(self.delete(powerless, member(target)), 403, "forbidden");
                }
            }
            // nor who is no member, which would tell them who is
            Self.refused(self.delete(powerless, members() + "/" + UUID.randomUUID()), 403, "forbidden");
        }
        assertThat(self.groups(account, plain)).containsExactly("member");
    }

    @Test
    void power_in_one_account_is_none_in_another() {
        String stranger = self.user();
        String theirs = self.account(stranger, "Elsewhere");
        String guest = self.member(theirs, "member");
        String admin = self.member(theirs, "admin");
        for (String outsider : List.of(stranger, admin, guest)) {
            Self.refused(self.get(outsider, members()), 403, "forbidden");
            Self.refused(self.patch(outsider, member(owner), Json.object("role", "member")), 403, "forbidden");
            Self.refused(self.delete(outsider, member(owner)), 403, "forbidden");
            Self.refused(self.delete(outsider, member(outsider)), 403, "forbidden");
        }
        // an owner here, a member there
        self.join(account, stranger, "member");
        Self.refused(self.get(stranger, members()), 403, "forbidden");
        Self.refused(self.patch(stranger, member(stranger), Json.object("role", "owner")), 403, "forbidden");
        // and nobody reaches through his own account to members of another
        Self.refused(self.delete(stranger, "/accounts/" + theirs + "/members/" + self.id(owner)), 404, "not_found");
        Self.refused(
                self.patch(
                        stranger, "/accounts/" + theirs + "/members/" + self.id(owner), Json.object("role", "member")),
                404,
                "not_found");
        assertThat(self.groups(account, owner)).containsExactly("owner");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"role\":null}",
                "{\"role\":\"\"}",
                "{\"role\":1}",
                "{\"role\":[\"owner\"]}",
                "{\"role\":{\"name\":\"owner\"}}",
                "{\"role\":\"Owner\"}",
                "{\"role\":\" owner\"}",
                "{\"role\":\"owner \"}",
                "{\"role\":\"superuser\"}",
                "{\"role\":\"strange\"}",
                "{\"role\":\"../owner\"}",
                "{\"role\":\"owner,admin\"}",
                "{\"role\":\"a\\u0000b\"}",
                "{\"role\":\"admin\",\"role\":\"owner\"}"
            })
    void a_role_that_is_none_changes_nothing(String body) {
        String target = self.member(account, "member");
        realm.post(Self.org(account) + "/groups", Json.object("name", "strange"))
                .expect(201);
        Self.refused(self.request(owner, "PATCH", member(target)).json(body).send(), 400, "bad_request");
        assertThat(self.groups(account, target)).containsExactly("member");
    }

    @Test
    void a_long_role_is_400() {
        Self.refused(self.patch(owner, member(owner), Json.object("role", "o".repeat(10_000))), 400, "bad_request");
    }

    @Test
    void unknown_members_are_404() {
        String outsider = self.user();
        for (String unknown : List.of(
                self.id(outsider),
                UUID.randomUUID().toString(),
                owner.replace("@", "%40"),
                "%00",
                "a".repeat(300),
                "f:x:y",
                "..%2f" + self.id(owner))) {
            Self.refused(self.patch(owner, members() + "/" + unknown, Json.object("role", "member")), 404, "not_found");
            Self.refused(self.delete(owner, members() + "/" + unknown), 404, "not_found");
        }
    }

    /** A group further down says something about a team; nobody owns an account by it. */
    @Test
    void groups_with_strange_names_and_groups_in_groups_give_no_say() {
        String schemer = self.member(account, "member");
        String nested = created(realm.post(
                Self.org(account) + "/groups/" + self.groupId(account, "member") + "/children",
                Json.object("name", "owner")));
        realm.put(Self.org(account) + "/groups/" + nested + "/members/" + self.id(schemer), "")
                .expect(204);
        for (String name : List.of("Owner", "OWNER", "owner ", "owner/", "admin,owner")) {
            String group = created(realm.post(Self.org(account) + "/groups", Json.object("name", name)));
            realm.put(Self.org(account) + "/groups/" + group + "/members/" + self.id(schemer), "")
                    .expect(204);
        }
        Self.refused(self.get(schemer, members()), 403, "forbidden");
        Self.refused(self.patch(schemer, member(schemer), Json.object("role", "owner")), 403, "forbidden");
        Self.refused(self.delete(schemer, member(owner)), 403, "forbidden");
        assertThat(self.get(schemer, "/accounts/" + account).json().path("role").asText())
                .isEqualTo("member");
        // nor do they make a second owner
        Self.refused(self.delete(owner, member(owner)), 409, "conflict");
    }

    private static String created(Answer answer) {
        return answer.expect(201).json().path("id").asText();
    }

    /** A realm's own group of that name is no account's. */
    @Test
    void realm_groups_and_roles_give_no_say() {
        String schemer = self.member(account, "member");
        String group = realm.post("/groups", Json.object("name", "owner" + System.nanoTime()))
                .expect(201)
                .header("Location")
                .orElseThrow()
                .replaceAll(".*/", "");
        realm.put("/users/" + self.id(schemer) + "/groups/" + group, "").expect(204);
        realm.assignRealmRole(self.id(schemer), "admin");
        Self.refused(self.get(schemer, members()), 403, "forbidden");
    }

    @Test
    void a_member_removed_a_second_ago_has_no_say_left() {
        String admin = self.member(account, "admin");
        self.get(admin, members()).expect(200);
        self.delete(owner, member(admin)).expect(204);
        Self.refused(self.get(admin, members()), 403, "forbidden");
        Self.refused(self.patch(admin, member(admin), Json.object("role", "admin")), 403, "forbidden");
        Self.refused(
                self.post(admin, "/accounts/" + account + "/invitations", Json.object("email", "a@b.example")),
                403,
                "forbidden");
    }

    @RepeatedTest(5)
    void of_two_owners_who_leave_at_once_one_stays() throws Exception {
        String second = self.member(account, "owner");
        String mine = member(owner);
        String his = member(second);
        self.token(second);
        List<Answer> answers = Self.together(List.of(() -> self.delete(owner, mine), () -> self.delete(second, his)));
        assertThat(Self.count(answers, 204)).isEqualTo(1);
        assertThat(Self.count(answers, 409)).isEqualTo(1);
        assertThat(realm.get(Self.org(account) + "/members").json()).hasSize(1);
    }

    @RepeatedTest(5)
    void of_two_owners_who_demote_each_other_one_stays() throws Exception {
        String second = self.member(account, "owner");
        String mine = member(owner);
        String his = member(second);
        self.token(second);
        List<Answer> answers = Self.together(List.of(
                () -> self.patch(owner, his, Json.object("role", "member")),
                () -> self.patch(second, mine, Json.object("role", "member"))));
        assertThat(Self.count(answers, 200)).isEqualTo(1);
        // who was demoted first has no say any more
        assertThat(Self.count(answers, 403)).isEqualTo(1);
        List<String> roles = new ArrayList<>(self.groups(account, owner));
        roles.addAll(self.groups(account, second));
        assertThat(roles).containsExactlyInAnyOrder("owner", "member");
    }

    @RepeatedTest(3)
    void roles_given_at_once_leave_exactly_one() throws Exception {
        String target = self.member(account, "member");
        String path = member(target);
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String role = List.of("owner", "admin", "member").get(i % 3);
            calls.add(() -> self.patch(owner, path, Json.object("role", role)));
        }
        List<Answer> answers = Self.together(calls);
        assertThat(Self.count(answers, 200)).isEqualTo(6);
        assertThat(self.groups(account, target)).hasSize(1);
    }

    @Test
    void members_removed_at_once_are_removed_once() throws Exception {
        String target = self.member(account, "member");
        String path = member(target);
        List<Answer> answers = Self.together(List.of(
                () -> self.delete(owner, path), () -> self.delete(owner, path), () -> self.delete(owner, path)));
        assertThat(Self.count(answers, 204)).isEqualTo(1);
        assertThat(Self.count(answers, 404)).isEqualTo(2);
        assertThat(realm.user(self.id(target)).path("enabled").asBoolean()).isTrue();
    }

    /** M1: tokens and introspection say of such a group what the list says; its permissions count. */
    @Test
    void a_group_in_a_group_is_no_role_in_any_token_and_its_permissions_count() {
        String schemer = self.member(account, "member");
        String nested = created(realm.post(
                Self.org(account) + "/groups/" + self.groupId(account, "member") + "/children",
                Json.object("name", "owner")));
        realm.put(Self.org(account) + "/groups/" + nested + "/members/" + self.id(schemer), "")
                .expect(204);
        String api = realm.clientUuid(Tenancy.API);
        realm.post(
                        Self.org(account) + "/groups/" + nested + "/role-mappings/clients/" + api,
                        List.of(realm.get("/clients/" + api + "/roles/templates:write")
                                .expect(200)
                                .json()))
                .expect(204);
        Tenancy tenancy = new Tenancy(realm);
        String session = self.token(schemer);
        String token = tenancy.token(session, account);
        List<String> may = List.of("campaigns:read", "templates:read", "templates:write");
        for (JsonNode said : List.of(
                Jwt.payload(session),
                Jwt.payload(token),
                tenancy.introspect(token),
                self.get(schemer, "/accounts/" + account).expect(200).json())) {
            assertThat(said.path("role").asText()).isEqualTo("member");
            assertThat(AccountTokenIT.texts(said.path("permissions"))).isEqualTo(may);
        }
    }

    /** M5: nobody is made the owner of more accounts than he may own. */
    @Test
    void nobody_is_made_the_owner_of_more_than_he_may_own() throws Exception {
        String target = self.member(account, "member");
        String second = self.account(owner, "Second");
        self.join(second, target, "member");
        realm.realmAttribute("mint.accounts.max-owned", "1");
        try {
            self.token(owner);
            String id = self.id(target);
            List<Answer> answers = Self.together(List.of(
                    () -> self.patch(owner, "/accounts/" + account + "/members/" + id, Json.object("role", "owner")),
                    () -> self.patch(owner, "/accounts/" + second + "/members/" + id, Json.object("role", "owner"))));
            assertThat(Self.count(answers, 200)).isEqualTo(1);
            assertThat(Self.count(answers, 409)).isEqualTo(1);
        } finally {
            realm.realmAttribute("mint.accounts.max-owned", "100");
        }
    }
}
