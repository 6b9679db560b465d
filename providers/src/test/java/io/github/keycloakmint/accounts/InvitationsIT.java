package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Inviting somebody, by mail, and joining. */
@Tag("distribution")
class InvitationsIT {

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
        account = self.account(owner, "Inviting Ltd.");
    }

    private String invitations() {
        return "/accounts/" + account + "/invitations";
    }

    private JsonNode invite(String email, String role) {
        return self.post(owner, invitations(), Json.object("email", email, "role", role))
                .expect(201)
                .json();
    }

    private static Answer accept(String email, String token) {
        return self.post(email, "/invitations/accept", Json.object("token", token));
    }

    @Test
    void an_invited_user_joins_with_the_role_that_he_was_invited_to() {
        String guest = self.user();
        JsonNode sent = invite(guest, "admin");
        assertThat(sent.fieldNames()).toIterable().containsExactly("id", "email", "role", "created_at", "expires_at");
        assertThat(sent.path("expires_at").asLong() - sent.path("created_at").asLong())
                .isBetween(604_799L, 604_801L);
        JsonNode open = self.get(owner, invitations()).expect(200).json();
        assertThat(open.fieldNames()).toIterable().containsExactly("invitations", "first", "max", "total");
        assertThat(open.path("invitations").get(0)).isEqualTo(sent);
        assertThat(open.path("total").asInt()).isEqualTo(1);

        String mail = inbox.mailTo(guest);
        assertThat(mail).contains("\"Inviting Ltd.\"", "\nhttps://app.inbox-manager.com/invitations?token=");
        JsonNode joined = accept(guest, Inbox.token(mail)).expect(200).json();
        assertThat(joined.path("account_id").asText()).isEqualTo(account);
        assertThat(joined.path("account_name").asText()).isEqualTo("Inviting Ltd.");
        assertThat(joined.path("role").asText()).isEqualTo("admin");
        assertThat(joined.path("permissions")).hasSize(4);
        assertThat(self.groups(account, guest)).containsExactly("admin");
        JsonNode member = realm.get(Self.org(account) + "/members/" + self.id(guest))
                .expect(200)
                .json();
        assertThat(member.path("membershipType").asText()).isEqualTo("UNMANAGED");
        assertThat(self.get(owner, invitations()).json().path("total").asInt()).isZero();
        self.get(guest, "/accounts/" + account + "/members").expect(200);
    }

    @Test
    void without_a_word_about_it_the_role_is_the_lowest() {
        String guest = self.user();
        JsonNode sent = self.post(owner, invitations(), Json.object("email", "  " + guest.toUpperCase() + " "))
                .expect(201)
                .json();
        assertThat(sent.path("role").asText()).isEqualTo("member");
        assertThat(sent.path("email").asText()).isEqualTo(guest);
        accept(guest, inbox.tokenFor(guest)).expect(200);
        assertThat(self.groups(account, guest)).containsExactly("member");
    }

    @Test
    void somebody_who_is_no_user_yet_is_answered_and_mailed_alike() {
        String nobody = "nobody" + System.nanoTime() + "@accounts.example";
        String somebody = self.user();
        JsonNode toNobody = invite(nobody, "member");
        JsonNode toSomebody = invite(somebody, "member");
        assertThat(toNobody.fieldNames()).toIterable().containsExactlyElementsOf(() -> toSomebody.fieldNames());
        assertThat(Inbox.body(inbox.mailTo(nobody))).isEqualTo(Inbox.body(inbox.mailTo(somebody)));
        // once he is one
        realm.createUser(nobody, user -> {});
        accept(nobody, inbox.tokenFor(nobody)).expect(200);
    }

    @Test
    void inviting_again_replaces_what_was_sent_before() {
        String guest = self.user();
        invite(guest, "member");
        String first = inbox.tokenFor(guest);
        invite(guest, "admin");
        String second = inbox.tokenFor(guest, 2);
        assertThat(self.get(owner, invitations()).json().path("total").asInt()).isEqualTo(1);
        Self.refused(accept(guest, first), 404, "not_found");
        accept(guest, second).expect(200);
        assertThat(self.groups(account, guest)).containsExactly("admin");
    }

    @Test
    void an_invitation_that_was_taken_back_is_dead() {
        String guest = self.user();
        String id = invite(guest, "member").path("id").asText();
        String token = inbox.tokenFor(guest);
        assertThat(self.delete(owner, invitations() + "/" + id).expect(204).body())
                .isEmpty();
        Self.refused(accept(guest, token), 404, "not_found");
        Self.refused(self.delete(owner, invitations() + "/" + id), 404, "not_found");
        assertThat(self.isMember(account, guest)).isFalse();
    }

    @Test
    void admins_invite_and_take_back_below_owner() {
        String admin = self.member(account, "admin");
        String guest = self.user();
        String id = self.post(admin, invitations(), Json.object("email", guest, "role", "admin"))
                .expect(201)
                .json()
                .path("id")
                .asText();
        self.delete(admin, invitations() + "/" + id).expect(204);
        String owners = invite(guest, "owner").path("id").asText();
        Self.refused(self.delete(admin, invitations() + "/" + owners), 403, "forbidden");
        Self.refused(
                self.post(admin, invitations(), Json.object("email", self.user(), "role", "owner")), 403, "forbidden");
        assertThat(self.get(admin, invitations())
                        .expect(200)
                        .json()
                        .path("total")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void an_invitation_ends_with_its_time() {
        realm.realmAttribute("mint.invitations.lifetime", "60");
        String guest = self.user();
        JsonNode sent = invite(guest, "member");
        realm.realmAttribute("mint.invitations.lifetime", null);
        assertThat(sent.path("expires_at").asLong() - sent.path("created_at").asLong())
                .isBetween(59L, 61L);
    }

    @Test
    void an_invitation_needs_its_account_and_an_inviter_who_still_may() {
        String admin = self.member(account, "admin");
        for (String end : List.of("demoted", "removed", "account disabled", "account deleted")) {
            String guest = self.user();
            String inviter = end.startsWith("account") ? owner : admin;
            self.post(inviter, invitations(), Json.object("email", guest, "role", "member"))
                    .expect(201);
            String token = inbox.tokenFor(guest);
            switch (end) {
                case "demoted" -> {
                    self.patch(
                                    owner,
                                    "/accounts/" + account + "/members/" + self.id(admin),
                                    Json.object("role", "member"))
                            .expect(200);
                    assertThat(self.get(owner, invitations())
                                    .json()
                                    .path("total")
                                    .asInt())
                            .isZero();
                }
                case "removed" ->
                    self.delete(owner, "/accounts/" + account + "/members/" + self.id(admin))
                            .expect(204);
                case "account disabled" -> enable(false);
                default -> self.delete(owner, "/accounts/" + account).expect(204);
            }
            Self.refused(accept(guest, token), 404, "not_found");
            switch (end) {
                case "demoted" ->
                    self.patch(
                                    owner,
                                    "/accounts/" + account + "/members/" + self.id(admin),
                                    Json.object("role", "admin"))
                            .expect(200);
                case "account disabled" -> {
                    enable(true);
                    accept(guest, token).expect(200);
                }
                default -> {}
            }
        }
    }

    private void enable(boolean enabled) {
        JsonNode organization = self.organization(account);
        ((com.fasterxml.jackson.databind.node.ObjectNode) organization).put("enabled", enabled);
        realm.put(Self.org(account), organization).expect(204);
    }

    @Test
    void what_a_member_does_with_invitations_is_an_event() {
        String guest = self.user();
        String id = invite(guest, "member").path("id").asText();
        accept(guest, inbox.tokenFor(guest)).expect(200);
        List<JsonNode> events = realm.events("INVITE_ORG").stream()
                .filter(event ->
                        event.path("details").path("invitation").asText().equals(id))
                .toList();
        assertThat(events).hasSize(2);
        assertThat(events.stream()
                        .map(event -> Map.of(
                                event.path("userId").asText(),
                                event.path("details").path("action").asText())))
                .containsExactlyInAnyOrder(Map.of(self.id(owner), "invite"), Map.of(self.id(guest), "accept"));
        assertThat(events.get(0).path("details").path("accountId").asText()).isEqualTo(account);
    }

    @Test
    void a_name_that_would_make_a_link_is_not_mailed() {
        String guest = self.user();
        self.patch(owner, "/accounts/" + account, Json.object("name", "Win at evil.example <a href='//x'>now</a>"))
                .expect(200);
        invite(guest, "member");
        assertThat(inbox.mailTo(guest)).doesNotContain("evil").contains("inviting-ltd");
    }
}
