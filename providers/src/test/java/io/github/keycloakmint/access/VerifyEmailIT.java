package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The mail that verifies an email, asked for again and used. */
@Tag("distribution")
class VerifyEmailIT {

    private static TestRealm realm;
    private static Access access;
    private static Mailbox mailbox;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> representation.put("verifyEmail", true));
        access = new Access(realm);
        mailbox = Mailbox.of(realm);
        realm.clientAttribute(Access.CLIENT, "mint.verify-url", "http://localhost:3000/verify");
    }

    @AfterAll
    static void stop() {
        mailbox.close();
        realm.close();
    }

    private static String unverified(String email) {
        return realm.createUser(email, user -> user.put("emailVerified", false));
    }

    private static Answer resend(String email) {
        return access.post("verify-email/resend", Json.object("client_id", Access.CLIENT, "email", email));
    }

    private static Answer verify(String token) {
        return access.post("verify-email", Json.object("token", token));
    }

    private static Mailbox.Link asked(String email) {
        int before = mailbox.to(email).size();
        resend(email).expect(202);
        return mailbox.link(email, before + 1);
    }

    @Test
    void the_token_verifies_and_the_user_signs_in() {
        String id = unverified("fresh@example.com");
        assertThat(access.signIn("fresh@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(403);
        Mailbox.Link link = asked("fresh@example.com");
        assertThat(link.page()).isEqualTo("http://localhost:3000/verify");
        Answer answer = verify(link.token());
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(realm.user(id).path("emailVerified").asBoolean()).isTrue();
        assertThat(access.signIn("fresh@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(200);
        assertThat(realm.events("VERIFY_EMAIL"))
                .anySatisfy(event -> assertThat(event.path("userId").asText()).isEqualTo(id));
        Access.refused(verify(link.token()), 401, "unauthorized");
    }

    @Test
    void everybody_gets_the_same_answer_and_only_unverified_owners_get_a_mail() {
        unverified("waits@example.com");
        Answer known = resend("waits@example.com").expect(202);
        for (String email : List.of("nobody@example.com", "jane@example.com", "off@example.com")) {
            Answer answer = resend(email).expect(202);
            assertThat(answer.body()).as(email).isEqualTo(known.body());
        }
        mailbox.await("waits@example.com", 1);
        for (String email : List.of("nobody@example.com", "jane@example.com", "off@example.com")) {
            assertThat(mailbox.to(email)).as(email).isEmpty();
        }
    }

    @Test
    void a_token_is_for_the_address_that_it_was_sent_to() {
        String id = unverified("old@example.com");
        String token = asked("old@example.com").token();
        realm.updateUser(id, user -> user.put("email", "new@example.com"));
        Access.refused(verify(token), 401, "unauthorized");
        assertThat(realm.user(id).path("emailVerified").asBoolean()).isFalse();
    }

    @Test
    void no_other_token_is_taken_for_one() {
        unverified("mixed@example.com");
        access.post("password-reset", Json.object("client_id", Access.CLIENT, "email", "mixed@example.com"))
                .expect(202);
        String reset = mailbox.link("mixed@example.com", 1).token();
        String verify = asked("mixed@example.com").token();
        for (String token : List.of(
                reset,
                Access.accessToken(access.signedIn("jane@example.com")),
                verify.substring(0, verify.length() - 4) + "AAAA",
                "nothing")) {
            Access.refused(verify(token), 401, "unauthorized");
        }
        Answer answer =
                access.post("password-reset/verify", Json.object("token", verify, "new_password", "a-new-password-2"));
        Access.refused(answer, 401, "unauthorized");
        verify(verify).expect(204);
    }

    @Test
    void wrong_types_are_bad_requests() {
        for (String body : List.of("{}", "[]", "{\"token\":1}", "{\"token\":null}", "{\"token\":\"\"}")) {
            Access.refused(access.post("verify-email").json(body).send(), 400, "bad_request", body);
        }
        Access.refused(
                access.post("verify-email/resend", Json.object("client_id", "no-such", "email", "a@example.com")),
                400,
                "bad_request");
    }

    @Test
    void without_a_page_of_its_own_the_client_leads_to_keycloaks() {
        String id = unverified("hosted@example.com");
        realm.clientAttribute(Access.CLIENT, "mint.verify-url", null);
        try {
            Browser browser = new Browser();
            browser.get(URI.create(asked("hosted@example.com").address()));
            browser.follow("action-token");
            assertThat(realm.user(id).path("emailVerified").asBoolean()).isTrue();
        } finally {
            realm.clientAttribute(Access.CLIENT, "mint.verify-url", "http://localhost:3000/verify");
        }
    }
}
