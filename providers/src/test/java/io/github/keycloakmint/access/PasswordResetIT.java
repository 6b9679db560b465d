package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A forgotten password, from the mail to the new one. */
@Tag("distribution")
class PasswordResetIT {

    private static final String NEW = "a-new-password-2";

    private static TestRealm realm;
    private static Access access;
    private static Mailbox mailbox;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
        mailbox = Mailbox.of(realm);
        realm.clientAttribute(Access.CLIENT, "mint.reset-url", "https://app.inbox-manager.com/reset?lang=en");
    }

    @AfterAll
    static void stop() {
        mailbox.close();
        realm.close();
    }

    private static Answer ask(String email) {
        return access.post("password-reset", Json.object("client_id", Access.CLIENT, "email", email));
    }

    private static Answer set(String token, String password) {
        return access.post("password-reset/verify", Json.object("token", token, "new_password", password));
    }

    private static Mailbox.Link asked(String email) {
        int before = mailbox.to(email).size();
        ask(email).expect(202);
        return mailbox.link(email, before + 1);
    }

    @Test
    void the_mail_leads_to_the_apps_page_and_its_token_sets_the_password() {
        realm.createUser("forgot@example.com", user -> {});
        Mailbox.Link link = asked("forgot@example.com");
        assertThat(link.page()).startsWith("https://app.inbox-manager.com/reset");
        assertThat(link.address()).startsWith("https://app.inbox-manager.com/reset?lang=en&token=");
        JsonNode token = Jwt.payload(link.token());
        assertThat(token.path("exp").asLong() - token.path("iat").asLong()).isEqualTo(900);
        assertThat(token.path("rqac").toString()).isEqualTo("[\"UPDATE_PASSWORD\"]");

        Answer answer = set(link.token(), NEW);
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(access.signIn("forgot@example.com", NEW).status()).isEqualTo(200);
        assertThat(access.signIn("forgot@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(401);
    }

    @Test
    void everybody_gets_the_same_answer_and_only_owners_get_a_mail() {
        realm.createUser("unverified@example.com", user -> user.put("emailVerified", false));
        realm.createUser("somebody@example.com", user -> {});
        Answer known = ask("somebody@example.com");
        assertThat(known.status()).isEqualTo(202);
        assertThat(Access.names(known.json())).containsExactly("message");
        for (String email : List.of("nobody@example.com", "off@example.com", "unverified@example.com")) {
            Answer answer = ask(email);
            assertThat(answer.status()).as(email).isEqualTo(202);
            assertThat(answer.body()).as(email).isEqualTo(known.body());
            assertThat(answer.headers().keySet())
                    .as(email)
                    .isEqualTo(known.headers().keySet());
        }
        mailbox.await("somebody@example.com", 1);
        mailbox.await("unverified@example.com", 1);
        assertThat(mailbox.to("nobody@example.com")).isEmpty();
        assertThat(mailbox.to("off@example.com")).isEmpty();
    }

    @Test
    void sessions_and_minted_tokens_from_before_end() {
        String id = realm.createUser("ends@example.com", user -> {});
        realm.assignRealmRole(id, "premium");
        JsonNode session = access.signedIn("ends@example.com");
        String minted = mint("ends@example.com");
        assertThat(active(minted)).isTrue();
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(200);

        set(asked("ends@example.com").token(), NEW).expect(204);
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
        assertThat(access.refresh(Access.refreshToken(session)).status()).isEqualTo(401);
        assertThat(active(minted)).isFalse();
        assertThat(realm.get("/users/" + id + "/sessions").json()).isEmpty();
    }

    @Test
    void a_password_that_breaks_the_rules_is_refused_in_words_and_the_token_stays_good() {
        realm.createUser("rules@example.com", user -> {});
        String token = asked("rules@example.com").token();
        Answer answer = set(token, "seven77");
        Access.refused(answer, 400, "bad_request");
        assertThat(answer.json().path("message").asText())
                .contains("minimum length 8")
                .doesNotContain("seven77");
        set(token, NEW).expect(204);
    }

    @Test
    void a_user_who_is_locked_or_must_change_his_password_is_let_in_again() {
        String id = realm.createUser(
                "locked@example.com",
                user -> user.set("requiredActions", Json.MAPPER.valueToTree(List.of("UPDATE_PASSWORD"))));
        for (int i = 0; i < 6; i++) {
            access.signIn("locked@example.com", "wrong-password");
        }
        assertThat(realm.get("/attack-detection/brute-force/users/" + id)
                        .json()
                        .path("disabled")
                        .asBoolean())
                .isTrue();
        set(asked("locked@example.com").token(), NEW).expect(204);
        assertThat(access.signIn("locked@example.com", NEW).status()).isEqualTo(200);
    }

    @Test
    void the_owner_of_the_mailbox_has_shown_that_the_email_is_his() {
        String id = realm.createUser("unseen@example.com", user -> user.put("emailVerified", false));
        set(asked("unseen@example.com").token(), NEW).expect(204);
        assertThat(realm.user(id).path("emailVerified").asBoolean()).isTrue();
    }

    @Test
    void a_user_without_a_password_gets_his_first_one() {
        String id = realm.createUser("first@example.com", user -> user.remove("credentials"));
        set(asked("first@example.com").token(), NEW).expect(204);
        assertThat(access.signIn("first@example.com", NEW).status()).isEqualTo(200);
        assertThat(realm.get("/users/" + id + "/credentials").json()).hasSize(1);
    }

    @Test
    void without_a_page_of_its_own_the_client_leads_to_keycloaks_which_ends_with_the_token() {
        realm.createUser("hosted@example.com", user -> {});
        realm.clientAttribute(Access.CLIENT, "mint.reset-url", null);
        try {
            Mailbox.Link link = asked("hosted@example.com");
            assertThat(link.page())
                    .isEqualTo(realm.url("/login-actions/action-token").toString());
            Browser browser = new Browser();
            assertThat(browser.get(URI.create(link.address()))).contains("Update Password");
            assertThat(browser.follow("action-token")).contains("password-new");
            assertThat(browser.submit("password-new", NEW, "password-confirm", NEW, "logout-sessions", ""))
                    .contains("has been updated");
            assertThat(access.signIn("hosted@example.com", NEW).status()).isEqualTo(200);
            Access.refused(set(link.token(), "another-password-3"), 401, "unauthorized");
            assertThat(new Browser().get(URI.create(link.address()))).contains("expired");
        } finally {
            realm.clientAttribute(Access.CLIENT, "mint.reset-url", "https://app.inbox-manager.com/reset?lang=en");
        }
    }

    @Test
    void keycloaks_page_takes_no_token_that_was_used_here() {
        realm.createUser("used@example.com", user -> {});
        String token = asked("used@example.com").token();
        set(token, NEW).expect(204);
        assertThat(new Browser().get(realm.url("/login-actions/action-token?key=" + token)))
                .contains("expired");
    }

    @Test
    void the_change_is_in_the_events_and_the_asking_is_not() {
        String id = realm.createUser("events@example.com", user -> {});
        set(asked("events@example.com").token(), NEW).expect(204);
        assertThat(realm.events("UPDATE_CREDENTIAL")).anySatisfy(event -> {
            assertThat(event.path("userId").asText()).isEqualTo(id);
            assertThat(event.path("clientId").asText()).isEqualTo(Access.CLIENT);
        });
        assertThat(realm.events("SEND_RESET_PASSWORD")).isEmpty();
    }

    private static String mint(String email) {
        return Http.post(realm.url("/api/auth/token-for-email"))
                .header(
                        "X-Tribe-Service-Secret",
                        realm.server().options().sharedSecrets().current())
                .json(Json.object("email", email, "platformId", realm.platformId()))
                .send()
                .expect(200)
                .json()
                .path("accessToken")
                .asText();
    }

    private static boolean active(String token) {
        return realm.introspect("introspector", token)
                .expect(200)
                .json()
                .path("active")
                .asBoolean();
    }

    @Test
    void whoever_shows_first_that_the_email_is_his_is_the_only_one_left() {
        String id = squatted("squatted@example.com", false);
        set(asked("squatted@example.com").token(), NEW).expect(204);
        assertThat(credentials(id)).containsExactly("password");
        assertThat(realm.get("/users/" + id + "/federated-identity").json()).isEmpty();
        assertThat(access.signIn("squatted@example.com", NEW).status()).isEqualTo(200);

        String verified = squatted("settled@example.com", true);
        set(asked("settled@example.com").token(), NEW).expect(204);
        assertThat(credentials(verified)).containsExactlyInAnyOrder("password", "otp");
        assertThat(realm.get("/users/" + verified + "/federated-identity").json())
                .hasSize(1);
    }

    @Test
    void keycloaks_page_leaves_him_alone_as_well() {
        String id = squatted("squatted-page@example.com", false);
        realm.clientAttribute(Access.CLIENT, "mint.reset-url", null);
        try {
            Browser browser = new Browser();
            browser.get(URI.create(asked("squatted-page@example.com").address()));
            browser.follow("action-token");
            assertThat(credentials(id)).doesNotContain("otp");
            browser.submit("password-new", NEW, "password-confirm", NEW);
        } finally {
            realm.clientAttribute(Access.CLIENT, "mint.reset-url", "https://app.inbox-manager.com/reset?lang=en");
        }
        assertThat(credentials(id)).containsExactly("password");
        assertThat(realm.get("/users/" + id + "/federated-identity").json()).isEmpty();
        assertThat(access.signIn("squatted-page@example.com", NEW).status()).isEqualTo(200);
    }

    /** A user with a second factor and another way in. */
    private static String squatted(String email, boolean verified) {
        String id = realm.createUser(email, user -> {
            user.put("emailVerified", verified);
            new Totp("strangers-secret").addTo(user);
        });
        realm.post(
                        "/users/" + id + "/federated-identity/external-project",
                        Json.object("userId", "stranger-" + email, "userName", "stranger"))
                .expect(204);
        return id;
    }

    private static List<String> credentials(String userId) {
        return realm.get("/users/" + userId + "/credentials").json().findValuesAsText("type");
    }

    @Test
    void the_audit_says_whose_mail_was_asked_for() {
        ask("Audited@Example.com").expect(202);
        JsonNode line = new AuditLog(realm.server())
                .await(found -> found.path("realm").asText().equals(realm.name())
                        && found.path("targetEmail").asText().equals("audited@example.com"));
        assertThat(line.path("capability").asText()).isEqualTo("password-reset");
        Access.refused(ask("no address\nat all"), 400, "bad_request");
        assertThat(realm.server().log()).doesNotContain("no address");
    }
}
