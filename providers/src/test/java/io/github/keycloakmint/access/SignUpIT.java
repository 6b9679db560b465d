package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A new user: with a session at once, and in a realm that verifies emails by mail. */
@Tag("distribution")
class SignUpIT {

    private static TestRealm realm;
    private static Access access;
    private static Mailbox mailbox;
    private static TestRealm verifying;
    private static Access door;
    private static Mailbox verifications;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
        mailbox = Mailbox.of(realm);
        verifying = TestRealm.create(representation -> representation.put("verifyEmail", true));
        door = new Access(verifying);
        verifications = Mailbox.of(verifying);
        verifying.clientAttribute(Access.CLIENT, "mint.verify-url", "http://localhost:3000/verify");
    }

    @AfterAll
    static void stop() {
        mailbox.close();
        verifications.close();
        realm.close();
        verifying.close();
    }

    private static ObjectNode body(String email) {
        return Access.credentials(email, TestRealm.PASSWORD);
    }

    @Test
    void a_new_user_gets_a_session() {
        Answer answer = access.post("sign-up", body("  New.User@Example.COM ").put("name", "Anna Maria Lee"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        JsonNode session = answer.json();
        assertThat(Access.names(session)).containsExactly("profile", "tokens");
        JsonNode profile = session.path("profile");
        assertThat(profile.path("email").asText()).isEqualTo("new.user@example.com");
        assertThat(profile.path("name").asText()).isEqualTo("Anna Maria Lee");
        assertThat(profile.path("email_verified").asBoolean()).isFalse();
        assertThat(profile.path("active_membership").isNull()).isTrue();
        assertThat(profile.path("memberships")).isEmpty();
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(200);
        assertThat(access.refresh(Access.refreshToken(session)).status()).isEqualTo(200);
        ObjectNode user = realm.user(profile.path("id").asText());
        assertThat(user.path("username").asText()).isEqualTo("new.user@example.com");
        assertThat(user.path("firstName").asText()).isEqualTo("Anna Maria");
        assertThat(user.path("lastName").asText()).isEqualTo("Lee");
        assertThat(access.signIn("new.user@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(200);
        assertThat(realm.events("REGISTER")).anySatisfy(event -> {
            assertThat(event.path("userId").asText())
                    .isEqualTo(profile.path("id").asText());
            assertThat(event.path("clientId").asText()).isEqualTo(Access.CLIENT);
        });
    }

    @Test
    void the_account_is_made_with_its_owner_and_is_the_active_one() {
        JsonNode session = access.post("sign-up", body("founder@example.com").put("account_name", "Fleet & Sons"))
                .expect(201)
                .json();
        JsonNode active = session.path("profile").path("active_membership");
        assertThat(active.path("account_name").asText()).isEqualTo("Fleet & Sons");
        assertThat(active.path("role").asText()).isEqualTo("owner");
        assertThat(active.path("permissions")).hasSize(4);
        assertThat(Jwt.payload(Access.accessToken(session)).path("team_id").asText())
                .isEqualTo(active.path("account_id").asText());
        // names need not be unique
        access.post("sign-up", body("founder2@example.com").put("account_name", "Fleet & Sons"))
                .expect(201);
    }

    @Test
    void what_a_user_may_not_say_of_himself_is_ignored() {
        ObjectNode body = body("sly@example.com").put("emailVerified", true).put("email_verified", true);
        body.put("enabled", false).put("id", "11111111-1111-1111-1111-111111111111");
        body.put("username", "admin").put("sub", "x");
        body.set("roles", Json.MAPPER.valueToTree(List.of("admin")));
        body.set("realmRoles", Json.MAPPER.valueToTree(List.of("admin")));
        body.set("groups", Json.MAPPER.valueToTree(List.of("/owner")));
        body.set("attributes", Json.object("mint.pending-account", "x"));
        body.set("requiredActions", Json.MAPPER.valueToTree(List.of("CONFIGURE_TOTP")));
        JsonNode session = access.post("sign-up", body).expect(201).json();
        String id = session.path("profile").path("id").asText();
        assertThat(id).isNotEqualTo("11111111-1111-1111-1111-111111111111");
        ObjectNode user = realm.user(id);
        assertThat(user.path("username").asText()).isEqualTo("sly@example.com");
        assertThat(user.path("emailVerified").asBoolean()).isFalse();
        assertThat(user.path("enabled").asBoolean()).isTrue();
        assertThat(user.path("attributes").has("mint.pending-account")).isFalse();
        assertThat(user.path("requiredActions")).isEmpty();
        assertThat(realm.get("/users/" + id + "/groups").json()).isEmpty();
        List<String> roles =
                realm.get("/users/" + id + "/role-mappings/realm").json().findValuesAsText("name");
        assertThat(roles).containsExactly("default-roles-" + realm.name());
    }

    @Test
    void a_taken_email_is_a_conflict_however_it_is_spelled() {
        for (String email : List.of("jane@example.com", "JANE@example.com", "off@example.com")) {
            Access.refused(access.post("sign-up", body(email)), 409, "conflict", email);
        }
    }

    @Test
    void what_is_wrong_is_said_in_words_that_repeat_nothing() {
        ObjectNode seven = Access.credentials("seven@example.com", "seven77");
        Answer answer = access.post("sign-up", seven);
        Access.refused(answer, 400, "bad_request");
        assertThat(answer.json().path("message").asText())
                .contains("minimum length 8")
                .doesNotContain("seven77");
        Access.refused(
                access.post("sign-up", body("odd@example.com").put("first_name", "<b>Bob</b>")), 400, "bad_request");
        Answer odd = access.post("sign-up", body("odd@example.com").put("name", "Bob <script>"));
        Access.refused(odd, 400, "bad_request");
        assertThat(odd.json().path("message").asText()).startsWith("`name`").doesNotContain("script");
    }

    @Test
    void a_page_needs_its_csrf_token_which_is_good_for_one() {
        String token = access.csrfToken(Access.ORIGIN);
        ObjectNode body = body("page@example.com");
        Access.refused(
                access.post("sign-up")
                        .header("Origin", Access.ORIGIN)
                        .json(body)
                        .send(),
                403,
                "forbidden");
        body.put("csrf_token", token);
        assertThat(access.post("sign-up")
                        .header("Origin", Access.ORIGIN)
                        .json(body)
                        .send()
                        .status())
                .isEqualTo(201);
        ObjectNode again = body("page2@example.com").put("csrf_token", token);
        Access.refused(
                access.post("sign-up")
                        .header("Origin", Access.ORIGIN)
                        .json(again)
                        .send(),
                403,
                "forbidden");
        assertThat(realm.get("/users?exact=true&email=page2@example.com").json())
                .isEmpty();
    }

    @Test
    void a_required_action_of_the_realm_comes_first_and_the_user_is_there() {
        String action = "/authentication/required-actions/UPDATE_PROFILE";
        ObjectNode representation = (ObjectNode) realm.get(action).json();
        realm.put(action, representation.put("defaultAction", true)).expect(204);
        try {
            Answer answer = access.post("sign-up", body("terms@example.com"));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).isEqualTo("challenge_required");
            assertThat(answer.json().path("continue_url").asText())
                    .startsWith(realm.url("/").toString());
            realm.userId("terms@example.com");
        } finally {
            realm.put(action, representation.put("defaultAction", false)).expect(204);
        }
    }

    @Test
    void who_was_invited_signs_up_as_a_member() {
        JsonNode jane = access.signedIn("jane@example.com");
        String account = jane.path("profile")
                .path("active_membership")
                .path("account_id")
                .asText();
        Http.post(realm.url("/api/accounts/" + account + "/invitations"))
                .bearer(Access.accessToken(jane))
                .json(Json.object("email", "guest@example.com", "role", "member"))
                .send()
                .expect(201);
        String token = mailbox.link("guest@example.com", 1).token();
        Access.refused(
                access.post("sign-up", body("somebody-else@example.com").put("invitation", token)), 400, "bad_request");
        assertThat(realm.get("/users?exact=true&email=somebody-else@example.com")
                        .json())
                .isEmpty();
        JsonNode session = access.post("sign-up", body("guest@example.com").put("invitation", token))
                .expect(201)
                .json();
        JsonNode active = session.path("profile").path("active_membership");
        assertThat(active.path("account_id").asText()).isEqualTo(account);
        assertThat(active.path("role").asText()).isEqualTo("member");
        assertThat(session.path("profile").path("email_verified").asBoolean()).isFalse();
        JsonNode member = realm.get("/organizations/" + account + "/members?search=guest@example.com&exact=true")
                .json()
                .get(0);
        assertThat(member.path("membershipType").asText()).isEqualTo("UNMANAGED");
    }

    @Test
    void where_emails_are_verified_a_mail_comes_and_the_account_with_it() {
        Answer answer = door.post("sign-up", body("verify@example.com").put("account_name", "Verified Ltd"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        assertThat(Access.names(answer.json())).containsExactly("message");
        Mailbox.Link link = verifications.link("verify@example.com", 1);
        assertThat(link.page()).isEqualTo("http://localhost:3000/verify");
        assertThat(door.signIn("verify@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(401);
        assertThat(verifying.get("/organizations?search=Verified").json()).isEmpty();

        door.post("verify-email", Json.object("token", link.token())).expect(204);
        JsonNode active = door.signedIn("verify@example.com").path("profile").path("active_membership");
        assertThat(active.path("account_name").asText()).isEqualTo("Verified Ltd");
        assertThat(active.path("role").asText()).isEqualTo("owner");
        assertThat(verifying
                        .user(verifying.userId("verify@example.com"))
                        .path("attributes")
                        .has("mint.pending-account"))
                .isFalse();
        assertThat(verifying.events("REGISTER")).hasSizeGreaterThanOrEqualTo(1);
    }

    @Test
    void keycloaks_own_page_brings_the_account_as_well() {
        verifying.clientAttribute(Access.CLIENT, "mint.verify-url", null);
        try {
            door.post("sign-up", body("hosted@example.com").put("account_name", "Hosted Ltd"))
                    .expect(202);
            Browser browser = new Browser();
            browser.get(URI.create(verifications.link("hosted@example.com", 1).address()));
            browser.follow("action-token");
        } finally {
            verifying.clientAttribute(Access.CLIENT, "mint.verify-url", "http://localhost:3000/verify");
        }
        Poll.untilTrue("the account", Duration.ofSeconds(10), () -> door.signedIn("hosted@example.com")
                .path("profile")
                .path("active_membership")
                .path("account_name")
                .asText()
                .equals("Hosted Ltd"));
    }

    @Test
    void a_user_whom_an_admin_verifies_chooses_his_password_by_a_reset_and_has_his_account() {
        door.post("sign-up", body("by-admin@example.com").put("account_name", "Admin Ltd"))
                .expect(202);
        verifications.await("by-admin@example.com", 1);
        verifying.updateUser(verifying.userId("by-admin@example.com"), user -> user.put("emailVerified", true));
        door.post("password-reset", Json.object("client_id", Access.CLIENT, "email", "by-admin@example.com"))
                .expect(202);
        String token = verifications.link("by-admin@example.com", 2).token();
        door.post("password-reset/verify", Json.object("token", token, "new_password", TestRealm.PASSWORD))
                .expect(204);
        assertThat(activeAccount(door.signedIn("by-admin@example.com"))).isEqualTo("Admin Ltd");
    }

    private static String activeAccount(JsonNode session) {
        return session.path("profile")
                .path("active_membership")
                .path("account_name")
                .asText();
    }

    @Test
    void nobody_can_sign_in_or_tell_a_new_address_from_a_taken_one_before_the_mail_is_followed() {
        String password = "a-strangers-password-3";
        door.post("sign-up", Access.credentials("free@example.com", password)).expect(202);
        door.post("sign-up", Access.credentials("john@example.com", password)).expect(202);
        String token = verifications.link("free@example.com", 1).token();
        verifications.await("john@example.com", 1);

        Answer free = door.signIn("free@example.com", password);
        Answer taken = door.signIn("john@example.com", password);
        Access.refused(free, 401, "unauthorized");
        assertThat(free.body()).isEqualTo(taken.body());
        assertThat(free.headers().keySet()).isEqualTo(taken.headers().keySet());
        Answer freeAtKeycloak = atKeycloak("free@example.com", password);
        Answer takenAtKeycloak = atKeycloak("john@example.com", password);
        assertThat(freeAtKeycloak.status()).isEqualTo(takenAtKeycloak.status());
        assertThat(freeAtKeycloak.body()).isEqualTo(takenAtKeycloak.body());
        assertThat(verifying
                        .get("/users/" + verifying.userId("free@example.com") + "/credentials")
                        .json())
                .isEmpty();
        assertThat(new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8))
                .doesNotContain("argon2", "hashIterations", password);

        door.post("verify-email", Json.object("token", token)).expect(204);
        assertThat(door.signIn("free@example.com", password).status()).isEqualTo(200);
    }

    private static Answer atKeycloak(String email, String password) {
        return verifying.token(
                Access.CLIENT,
                Map.of("grant_type", "password", "username", email, "password", password, "scope", "openid"));
    }

    @Test
    void whoever_asks_for_the_mail_again_chooses_the_password_behind_its_link() {
        door.post("sign-up", body("again@example.com").put("account_name", "Again Ltd"))
                .expect(202);
        String first = verifications.link("again@example.com", 1).token();
        door.post("verify-email/resend", Json.object("client_id", Access.CLIENT, "email", "again@example.com"))
                .expect(202);
        String second = verifications.link("again@example.com", 2).token();
        Access.refused(door.post("verify-email", Json.object("token", second)), 401, "unauthorized");
        door.post("password-reset/verify", Json.object("token", second, "new_password", "chosen-later-4"))
                .expect(204);
        // its password comes too late
        door.post("verify-email", Json.object("token", first));
        assertThat(door.signIn("again@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(401);
        JsonNode session =
                door.signIn("again@example.com", "chosen-later-4").expect(200).json();
        assertThat(activeAccount(session)).isEqualTo("Again Ltd");
    }

    @Test
    void an_existing_address_is_answered_the_same_and_its_owner_is_told() {
        Answer fresh = door.post("sign-up", body("unseen@example.com"));
        Answer taken = door.post("sign-up", Access.credentials("max@example.com", "another-password-9"));
        assertThat(taken.status()).isEqualTo(202);
        assertThat(taken.body()).isEqualTo(fresh.body());
        assertThat(taken.headers().keySet()).isEqualTo(fresh.headers().keySet());
        String mail = verifications.await("max@example.com", 1);
        assertThat(mail).contains("You have an account already").contains("Somebody just tried to sign up");
        assertThat(Mailbox.link(mail)).isEmpty();
        assertThat(door.signIn("max@example.com", TestRealm.PASSWORD).status()).isEqualTo(200);
        verifications.await("unseen@example.com", 1);
    }
}
