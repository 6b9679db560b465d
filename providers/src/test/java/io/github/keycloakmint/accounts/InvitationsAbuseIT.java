package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not work with invitations (T31). */
class InvitationsAbuseIT {

    private static TestRealm realm;
    private static Self self;
    private static Inbox inbox;

    private String owner;
    private String account;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        self = new Self(realm);
        inbox = Inbox.of(realm);
    }

    @AfterAll
    static void stop() {
        inbox.close();
        realm.close();
    }

    @BeforeEach
    void account() {
        owner = self.user();
        account = self.account(owner, "Guarded");
    }

    private String invitations() {
        return "/accounts/" + account + "/invitations";
    }

    private String invite(String email, String role) {
        return self.post(owner, invitations(), Json.object("email", email, "role", role))
                .expect(201)
                .json()
                .path("id")
                .asText();
    }

    private static Answer accept(String email, String token) {
        return self.post(email, "/invitations/accept", Json.object("token", token));
    }

    @Test
    void a_token_is_for_the_invited_address_alone_and_for_a_verified_one() {
        String guest = self.user();
        String thief = self.user();
        invite(guest, "admin");
        String token = inbox.tokenFor(guest);
        Self.refused(accept(thief, token), 403, "forbidden");
        Self.refused(accept(owner, token), 403, "forbidden");
        realm.updateUser(self.id(guest), user -> user.put("emailVerified", false));
        Self.refused(accept(guest, token), 403, "forbidden");
        assertThat(realm.user(self.id(guest)).path("emailVerified").asBoolean()).isFalse();
        assertThat(self.isMember(account, guest)).isFalse();
        // none of that used it up
        realm.updateUser(self.id(guest), user -> user.put("emailVerified", true));
        accept(guest, token).expect(200);
        Self.refused(accept(guest, token), 404, "not_found");
    }

    @Test
    void joining_never_verifies_an_address() {
        String guest = self.user();
        invite(guest, "member");
        realm.updateUser(self.id(guest), user -> user.put("emailVerified", false));
        Self.refused(accept(guest, inbox.tokenFor(guest)), 403, "forbidden");
        assertThat(realm.user(self.id(guest)).path("emailVerified").asBoolean()).isFalse();
    }

    @RepeatedTest(3)
    void accepted_many_times_at_once_it_is_good_once() throws Exception {
        String guest = self.user();
        invite(guest, "member");
        String token = inbox.tokenFor(guest);
        self.token(guest);
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(() -> accept(guest, token));
        }
        List<Answer> answers = Self.together(calls);
        assertThat(Self.count(answers, 200)).isEqualTo(1);
        assertThat(Self.count(answers, 404)).isEqualTo(5);
        assertThat(self.groups(account, guest)).containsExactly("member");
    }

    @Test
    void who_left_does_not_come_back_with_the_same_token() {
        String guest = self.user();
        invite(guest, "member");
        String token = inbox.tokenFor(guest);
        accept(guest, token).expect(200);
        self.delete(guest, "/accounts/" + account + "/members/" + self.id(guest))
                .expect(204);
        Self.refused(accept(guest, token), 404, "not_found");
    }

    @Test
    void a_token_that_is_none_is_404_whatever_it_looks_like() {
        String guest = self.user();
        String id = invite(guest, "member");
        String token = inbox.tokenFor(guest);
        String secret = token.substring(token.indexOf('.') + 1);
        String last = secret.substring(0, 42) + (secret.endsWith("A") ? "B" : "A");
        for (String bad : List.of(
                "x",
                ".",
                id,
                id + ".",
                id + "." + "A".repeat(43),
                id + "." + last,
                id + "." + secret + "=",
                id + ".." + secret,
                UUID.randomUUID() + "." + secret,
                token + " ",
                token.toUpperCase(),
                "%" + token.substring(1),
                "a\u0000b",
                "x".repeat(20_000))) {
            Self.refused(accept(guest, bad), 404, "not_found");
        }
        accept(guest, token).expect(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"token\":null}",
                "{\"token\":1}",
                "{\"token\":\"\"}",
                "{\"token\":\"a\",\"token\":\"b\"}"
            })
    void a_bad_body_of_acceptance_is_400(String body) {
        Self.refused(
                self.request(owner, "POST", "/invitations/accept").json(body).send(), 400, "bad_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"email\":null}",
                "{\"email\":1}",
                "{\"email\":\"\"}",
                "{\"email\":\"x\"}",
                "{\"email\":\"x@\"}",
                "{\"email\":\"a b@c.example\"}",
                "{\"email\":\"a@b.example\\nBcc: c@d.example\"}",
                "{\"email\":\"a@b.example,c@d.example\"}",
                "{\"email\":\"\\u212a@b.example\"}",
                "{\"email\":[\"a@b.example\"]}",
                "{\"email\":\"a@b.example\",\"email\":\"c@d.example\"}",
                "{\"email\":\"a@b.example\",\"role\":1}",
                "{\"email\":\"a@b.example\",\"role\":\"Owner\"}",
                "{\"email\":\"a@b.example\",\"role\":\"nope\"}"
            })
    void a_bad_invitation_is_400_and_none(String body) {
        Self.refused(self.request(owner, "POST", invitations()).json(body).send(), 400, "bad_request");
        assertThat(self.get(owner, invitations()).json().path("total").asInt()).isZero();
    }

    @Test
    void members_and_strangers_neither_invite_nor_see_nor_take_back() {
        String id = invite(self.user(), "member");
        String plain = self.member(account, "member");
        String stranger = self.user();
        self.account(stranger, "Own");
        for (String email : List.of(plain, stranger)) {
            Self.refused(self.get(email, invitations()), 403, "forbidden");
            Self.refused(self.post(email, invitations(), Json.object("email", "a@b.example")), 403, "forbidden");
            Self.refused(self.delete(email, invitations() + "/" + id), 403, "forbidden");
        }
        // an invitation of another account is none of one's own
        String own = self.account(stranger, "Own too");
        Self.refused(self.delete(stranger, "/accounts/" + own + "/invitations/" + id), 404, "not_found");
        for (String unknown : List.of(UUID.randomUUID().toString(), "%00", "x".repeat(300))) {
            Self.refused(self.delete(owner, invitations() + "/" + unknown), 404, "not_found");
        }
        assertThat(self.get(owner, invitations()).json().path("total").asInt()).isEqualTo(1);
    }

    @Test
    void a_member_is_not_invited_again() {
        String member = self.member(account, "member");
        Self.refused(self.post(owner, invitations(), Json.object("email", member)), 409, "conflict");
    }

    @Test
    void a_member_who_accepts_an_older_invitation_stays_what_he_is() {
        String guest = self.user();
        invite(guest, "owner");
        String token = inbox.tokenFor(guest);
        self.join(account, guest, "member");
        JsonNode answer = accept(guest, token).expect(200).json();
        assertThat(answer.path("role").asText()).isEqualTo("member");
        assertThat(self.groups(account, guest)).containsExactly("member");
        Self.refused(accept(guest, token), 404, "not_found");
    }

    @Test
    void open_invitations_are_bounded_even_at_once() throws Exception {
        realm.realmAttribute("mint.invitations.max-open", "3");
        try {
            self.token(owner);
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String email = "bulk" + i + "@accounts.example";
                calls.add(() -> self.post(owner, invitations(), Json.object("email", email)));
            }
            List<Answer> answers = Self.together(calls);
            assertThat(Self.count(answers, 201)).isEqualTo(3);
            assertThat(Self.count(answers, 409)).isEqualTo(5);
            // the same address again is no further one
            String again = self.get(owner, invitations())
                    .json()
                    .path("invitations")
                    .get(0)
                    .path("email")
                    .asText();
            self.post(owner, invitations(), Json.object("email", again)).expect(201);
        } finally {
            realm.realmAttribute("mint.invitations.max-open", null);
        }
    }

    @Test
    void a_refused_invitation_is_not_mailed() {
        String admin = self.member(account, "admin");
        String guest = self.user();
        Self.refused(self.post(admin, invitations(), Json.object("email", guest, "role", "owner")), 403, "forbidden");
        String other = self.user();
        invite(other, "member");
        inbox.mailTo(other);
        assertThat(inbox.hasMailTo(guest)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://evil.example/x", "javascript:alert(1)", "/relative", "https://u:p@x.example/"})
    void without_a_page_for_it_a_client_does_not_invite(String url) {
        realm.clientAttribute(Self.CLIENT, "mint.invite-url", url);
        try {
            Self.refused(self.post(owner, invitations(), Json.object("email", "a@b.example")), 403, "forbidden");
        } finally {
            realm.clientAttribute(Self.CLIENT, "mint.invite-url", "https://app.inbox-manager.com/invitations");
        }
    }

    @Test
    void another_realms_token_is_unknown_here() {
        String guest = "jane@example.com";
        invite(guest, "member");
        String token = inbox.tokenFor(guest);
        try (TestRealm other = TestRealm.create()) {
            Self.refused(
                    new Self(other).post(guest, "/invitations/accept", Json.object("token", token)), 404, "not_found");
        }
        accept(guest, token).expect(200);
    }

    /** What an admin sends from the console joins by Keycloak's own link; ours takes no part in it. */
    @Test
    void keycloaks_own_invitations_are_neither_shown_nor_accepted_here() {
        String guest = self.user();
        realm.post(Self.org(account) + "/members/invite-existing-user?x", "id=" + self.id(guest));
        assertThat(self.get(owner, invitations()).json().path("total").asInt()).isZero();
        JsonNode ours =
                realm.get(Self.org(account) + "/invitations").expect(200).json();
        for (JsonNode invitation : ours) {
            Self.refused(accept(guest, invitation.path("id").asText() + "." + "A".repeat(43)), 404, "not_found");
        }
    }

    @Test
    void an_admin_sees_ours_in_the_console_without_a_secret_and_withdraws_it() {
        String guest = self.user();
        String id = invite(guest, "member");
        String token = inbox.tokenFor(guest);
        String seen = realm.get(Self.org(account) + "/invitations").expect(200).body();
        assertThat(seen).contains(id).doesNotContain(token.substring(token.indexOf('.') + 1), "urn:keycloak-mint");
        realm.delete(Self.org(account) + "/invitations/" + id).expect(204);
        Self.refused(accept(guest, token), 404, "not_found");
    }

    @Test
    void a_token_is_in_no_answer_and_in_no_log() {
        String guest = self.user();
        Answer sent =
                self.post(owner, invitations(), Json.object("email", guest)).expect(201);
        String secret = inbox.tokenFor(guest).replaceAll(".*\\.", "");
        assertThat(sent.body() + self.get(owner, invitations()).body()).doesNotContain(secret);
        accept(guest, inbox.tokenFor(guest)).expect(200);
        assertThat(realm.server().log()).doesNotContain(secret);
        assertThat(realm.events("INVITE_ORG").toString()).doesNotContain(secret);
    }
}
