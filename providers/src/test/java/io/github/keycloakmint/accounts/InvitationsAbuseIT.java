package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** What must not work with invitations (T31). */
@Tag("once")
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

    /** M3 */
    @Test
    void an_invitation_of_a_disabled_member_does_not_hold() {
        String second = self.member(account, "owner");
        String guest = self.user();
        self.post(second, invitations(), Json.object("email", guest, "role", "owner"))
                .expect(201);
        String token = inbox.tokenFor(guest);
        realm.updateUser(self.id(second), user -> user.put("enabled", false));
        Self.refused(accept(guest, token), 404, "not_found");
        assertThat(self.isMember(account, guest)).isFalse();
    }

    /** M3: an admin who takes a member out in the console takes back what that one sent, for good. */
    @Test
    void an_invitation_ends_with_the_right_to_send_it_and_does_not_come_back_with_it() {
        for (boolean demoted : List.of(true, false)) {
            String second = self.member(account, "owner");
            String guest = self.user();
            String other = self.user();
            self.post(second, invitations(), Json.object("email", guest, "role", "owner"))
                    .expect(201);
            invite(other, "owner");
            String token = inbox.tokenFor(guest);
            String place = demoted
                    ? Self.org(account) + "/groups/" + self.groupId(account, "owner") + "/members/" + self.id(second)
                    : Self.org(account) + "/members/" + self.id(second);
            realm.delete(place).expect(204);
            if (demoted) {
                realm.put(place, "").expect(204);
            } else {
                self.join(account, second, "owner");
            }
            Self.refused(accept(guest, token), 404, "not_found");
            accept(other, inbox.tokenFor(other)).expect(200);
        }
    }

    /** An owner who becomes an admin still may invite members. */
    @Test
    void a_change_of_role_ends_only_what_the_new_one_could_not_send() {
        String second = self.member(account, "owner");
        String member = self.user();
        String boss = self.user();
        self.post(second, invitations(), Json.object("email", member, "role", "member"))
                .expect(201);
        self.post(second, invitations(), Json.object("email", boss, "role", "owner"))
                .expect(201);
        self.patch(owner, "/accounts/" + account + "/members/" + self.id(second), Json.object("role", "admin"))
                .expect(200);
        Self.refused(accept(boss, inbox.tokenFor(boss)), 404, "not_found");
        accept(member, inbox.tokenFor(member)).expect(200);
    }

    /** M4, T11 */
    @Test
    void a_stranger_writes_no_event() {
        int before = realm.events().size();
        for (String door :
                List.of("POST " + invitations(), "DELETE " + invitations() + "/x", "POST /invitations/accept")) {
            String[] parts = door.split(" ");
            Self.refused(
                    Http.request(parts[0], realm.url("/api" + parts[1]))
                            .header("Origin", "https://evil.example")
                            .json(Json.object("email", "a@b.example", "token", "x"))
                            .send(),
                    403,
                    "forbidden");
        }
        assertThat(realm.events()).hasSize(before);
    }

    /** Attack 11 */
    @Test
    void without_a_mail_server_nobody_is_invited() {
        JsonNode server = realm.representation().path("smtpServer").deepCopy();
        realm.updateRealm(changed -> changed.set("smtpServer", Json.object()));
        try {
            Self.refused(self.post(owner, invitations(), Json.object("email", "a@b.example")), 409, "conflict");
            assertThat(self.get(owner, invitations()).json().path("total").asInt())
                    .isZero();
            assertThat(realm.server().log()).contains("Nobody can be invited in realm '" + realm.name() + "'");
        } finally {
            realm.updateRealm(changed -> changed.set("smtpServer", server));
        }
    }

    /** Attack 11: nobody has its token. */
    @Test
    void an_invitation_whose_mail_fails_is_taken_back() {
        JsonNode server = realm.representation().path("smtpServer").deepCopy();
        realm.updateRealm(changed -> changed.withObject("/smtpServer").put("port", "1"));
        try {
            String id = invite("lost@b.example", "member");
            Poll.untilTrue(
                    "no invitation",
                    Duration.ofSeconds(20),
                    () -> self.get(owner, invitations()).json().path("total").asInt() == 0);
            Poll.untilTrue("an ERROR", Duration.ofSeconds(5), () -> realm.server()
                    .log()
                    .contains("Invitation " + id + " was taken back"));
        } finally {
            realm.updateRealm(changed -> changed.set("smtpServer", server));
        }
    }

    /** M6 */
    @Test
    void invitations_of_a_day_are_bounded_also_those_taken_back() {
        realm.realmAttribute("mint.invitations.max-a-day", "3");
        try {
            String second = self.member(account, "owner");
            String other = self.account(owner, "Another");
            for (int i = 0; i < 3; i++) {
                String id = invite("day" + i + "@b.example", "member");
                self.delete(owner, invitations() + "/" + id).expect(204);
            }
            Self.refused(self.post(owner, invitations(), Json.object("email", "day4@b.example")), 409, "conflict");
            Self.refused(self.post(second, invitations(), Json.object("email", "day4@b.example")), 409, "conflict");
            Self.refused(
                    self.post(owner, "/accounts/" + other + "/invitations", Json.object("email", "day4@b.example")),
                    409,
                    "conflict");
        } finally {
            realm.realmAttribute("mint.invitations.max-a-day", null);
        }
    }

    /** M6 */
    @Test
    void who_has_not_verified_his_own_address_does_not_invite() {
        self.token(owner);
        realm.updateUser(self.id(owner), user -> user.put("emailVerified", false));
        Self.refused(self.post(owner, invitations(), Json.object("email", "a@b.example")), 403, "forbidden");
    }

    /** M5 */
    @Test
    void nobody_becomes_owner_or_member_of_more_than_he_may_by_an_invitation() {
        String guest = self.user();
        self.account(guest, "Of the guest");
        invite(guest, "owner");
        String token = inbox.tokenFor(guest);
        realm.realmAttribute("mint.accounts.max-owned", "1");
        Self.refused(accept(guest, token), 409, "conflict");
        realm.realmAttribute("mint.accounts.max-owned", null);
        realm.realmAttribute("mint.accounts.max-memberships", "1");
        Self.refused(accept(guest, token), 409, "conflict");
        realm.realmAttribute("mint.accounts.max-memberships", null);
        accept(guest, token).expect(200);
    }

    /** L1 */
    @Test
    void who_has_no_say_over_an_invitation_does_not_replace_it() {
        String admin = self.member(account, "admin");
        String guest = self.user();
        invite(guest, "owner");
        String token = inbox.tokenFor(guest);
        Self.refused(self.post(admin, invitations(), Json.object("email", guest, "role", "member")), 403, "forbidden");
        accept(guest, token).expect(200);
        String other = self.user();
        assertThat(Http.post(realm.adminUrl(Self.org(account) + "/members/invite-existing-user"))
                        .bearer(Admin.of(realm.server()).token())
                        .form(Map.of("id", self.id(other)))
                        .send()
                        .status())
                .isEqualTo(204);
        Self.refused(self.post(owner, invitations(), Json.object("email", other)), 409, "conflict");
        assertThat(realm.get(Self.org(account) + "/invitations").expect(200).json())
                .anyMatch(invitation -> invitation.path("email").asText().equals(other));
    }

    /** L11 */
    @Test
    void a_setting_that_can_not_be_read_is_named_in_the_log() {
        realm.realmAttribute("mint.invitations.max-open", "many");
        try {
            Self.refused(self.post(owner, invitations(), Json.object("email", "a@b.example")), 500, "server_error");
            assertThat(realm.server().log().lines())
                    .anyMatch(line -> line.contains("ERROR")
                            && line.contains("HeldAccount")
                            && line.contains("mint.invitations.max-open of realm '" + realm.name() + "'"));
        } finally {
            realm.realmAttribute("mint.invitations.max-open", null);
        }
    }

    /** M6: an advertisement with a number to call. */
    @Test
    void a_name_with_a_number_to_call_is_not_mailed() {
        String spam = self.account(owner, "Overdue, call +1 555 0100 now");
        String guest = self.user();
        self.post(owner, "/accounts/" + spam + "/invitations", Json.object("email", guest))
                .expect(201);
        assertThat(Inbox.body(inbox.mailTo(guest)))
                .doesNotContain("0100", "verdue")
                .contains(spam);
    }
}
