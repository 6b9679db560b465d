package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members of an account, as owners and admins see and change them. */
class MembersIT {

    private static TestRealm realm;
    private static Self self;

    private String owner;
    private String account;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        self = new Self(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @BeforeEach
    void account() {
        owner = self.user();
        account = self.account(owner, "Team");
    }

    private String members() {
        return "/accounts/" + account + "/members";
    }

    private String member(String email) {
        return members() + "/" + self.id(email);
    }

    @Test
    void owners_and_admins_see_the_members_page_by_page() {
        String admin = self.member(account, "admin");
        String plain = self.member(account, null);
        JsonNode all = self.get(admin, members()).expect(200).json();
        assertThat(all.fieldNames()).toIterable().containsExactly("members", "first", "max", "total");
        assertThat(all.path("total").asInt()).isEqualTo(3);
        JsonNode first = all.path("members").get(0);
        assertThat(first.fieldNames()).toIterable().containsExactly("user_id", "email", "name", "role");
        assertThat(first.path("user_id").asText()).isEqualTo(self.id(owner));
        assertThat(first.path("email").asText()).isEqualTo(owner);
        assertThat(first.path("name").asText()).isEqualTo("Test User");
        assertThat(all.path("members").findValuesAsText("role")).containsExactly("owner", "admin", "null");
        JsonNode page =
                self.get(owner, members() + "?first=2&max=1").expect(200).json();
        assertThat(page.path("members").findValuesAsText("email")).containsExactly(plain);
        assertThat(page.path("total").asInt()).isEqualTo(3);
    }

    @Test
    void an_owner_gives_any_role_and_it_is_the_only_one() {
        String other = self.member(account, "member");
        for (String role : new String[] {"admin", "owner", "owner", "member"}) {
            JsonNode changed = self.patch(owner, member(other), Json.object("role", role))
                    .expect(200)
                    .json();
            assertThat(changed.toString())
                    .isEqualTo("{\"user_id\":\"" + self.id(other) + "\",\"role\":\"" + role + "\"}");
            assertThat(self.groups(account, other)).containsExactly(role);
            assertThat(self.get(other, "/accounts/" + account)
                            .json()
                            .path("role")
                            .asText())
                    .isEqualTo(role);
        }
    }

    @Test
    void an_admin_rules_everybody_but_owners() {
        String admin = self.member(account, "admin");
        String other = self.member(account, "member");
        self.patch(admin, member(other), Json.object("role", "admin")).expect(200);
        self.patch(admin, member(other), Json.object("role", "member")).expect(200);
        Self.refused(self.patch(admin, member(other), Json.object("role", "owner")), 403, "forbidden");
        Self.refused(self.patch(admin, member(owner), Json.object("role", "member")), 403, "forbidden");
        Self.refused(self.patch(admin, member(admin), Json.object("role", "owner")), 403, "forbidden");
        Self.refused(self.delete(admin, member(owner)), 403, "forbidden");
        self.delete(admin, member(other)).expect(204);
        self.patch(admin, member(admin), Json.object("role", "member")).expect(200);
        Self.refused(self.patch(admin, member(admin), Json.object("role", "admin")), 403, "forbidden");
    }

    @Test
    void who_is_removed_is_out_at_once_and_remains_a_user() {
        String other = self.member(account, "member");
        self.get(other, "/accounts/" + account).expect(200);
        assertThat(self.delete(owner, member(other)).expect(204).body()).isEmpty();
        Self.refused(self.get(other, "/accounts/" + account), 403, "forbidden");
        assertThat(self.get(other, "/accounts").json().path("total").asInt()).isZero();
        assertThat(self.isMember(account, other)).isFalse();
        assertThat(realm.user(self.id(other)).path("enabled").asBoolean()).isTrue();
        Self.refused(self.delete(owner, member(other)), 404, "not_found");
        // and may come back with no more than he is given
        self.join(account, other, null);
        assertThat(self.get(other, "/accounts/" + account).json().path("role").isNull())
                .isTrue();
    }

    @Test
    void anybody_may_leave() {
        String plain = self.member(account, "member");
        self.delete(plain, member(plain)).expect(204);
        Self.refused(self.delete(plain, member(plain)), 403, "forbidden");
        String second = self.member(account, "owner");
        self.delete(owner, member(owner)).expect(204);
        assertThat(self.get(second, members()).expect(200).json().path("total").asInt())
                .isEqualTo(1);
    }

    @Test
    void the_last_owner_neither_leaves_nor_steps_down() {
        self.member(account, "admin");
        Self.refused(self.delete(owner, member(owner)), 409, "conflict");
        Self.refused(self.patch(owner, member(owner), Json.object("role", "admin")), 409, "conflict");
        self.patch(owner, member(owner), Json.object("role", "owner")).expect(200);
        // an owner who can't sign in looks after nothing
        String second = self.member(account, "owner");
        realm.updateUser(self.id(second), user -> user.put("enabled", false));
        Self.refused(self.delete(owner, member(owner)), 409, "conflict");
        self.delete(owner, member(second)).expect(204);
        assertThat(self.groups(account, owner)).containsExactly("owner");
    }

    @Test
    void groups_that_are_no_role_stay() {
        String other = self.member(account, "member");
        realm.post(Self.org(account) + "/groups", Json.object("name", "billing"))
                .expect(201);
        realm.put(Self.org(account) + "/groups/" + self.groupId(account, "billing") + "/members/" + self.id(other), "")
                .expect(204);
        self.patch(owner, member(other), Json.object("role", "admin")).expect(200);
        assertThat(self.groups(account, other)).containsExactlyInAnyOrder("admin", "billing");
    }
}
