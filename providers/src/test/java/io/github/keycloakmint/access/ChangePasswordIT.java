package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A new password for whoever is signed in and knows his own; and what any change of a password brings with it. */
@Tag("once")
class ChangePasswordIT {

    private static final String NEW = "a-new-password-2";

    private static TestRealm realm;
    private static Access access;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static Answer change(String bearer, String current, String password) {
        return access.post("change-password")
                .bearer(bearer)
                .json(Json.object("current_password", current, "new_password", password))
                .send();
    }

    @Test
    void the_calling_session_stays_and_every_other_ends() {
        String id = realm.createUser("change@example.com", user -> {});
        JsonNode mine = access.signedIn("change@example.com");
        JsonNode other = access.signedIn("change@example.com");
        Answer answer = change(Access.accessToken(mine), TestRealm.PASSWORD, NEW);
        assertThat(answer.status()).as(answer.body()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();

        assertThat(realm.userinfo(Access.accessToken(mine)).status()).isEqualTo(200);
        assertThat(access.refresh(Access.refreshToken(mine)).status()).isEqualTo(200);
        assertThat(realm.userinfo(Access.accessToken(other)).status()).isEqualTo(401);
        assertThat(access.refresh(Access.refreshToken(other)).status()).isEqualTo(401);
        assertThat(realm.get("/users/" + id + "/sessions").json()).hasSize(1);
        assertThat(access.signIn("change@example.com", NEW).status()).isEqualTo(200);
        assertThat(access.signIn("change@example.com", TestRealm.PASSWORD).status())
                .isEqualTo(401);
        assertThat(realm.events("UPDATE_CREDENTIAL"))
                .anySatisfy(event -> assertThat(event.path("userId").asText()).isEqualTo(id));
    }

    @Test
    void a_wrong_password_counts_and_a_locked_user_is_refused_with_the_right_one() {
        String id = realm.createUser("guess@example.com", user -> {});
        String bearer = Access.accessToken(access.signedIn("guess@example.com"));
        // one that comes before Keycloak has counted the sign-in is refused without a look
        Poll.untilTrue("five are counted", Duration.ofSeconds(10), () -> {
            Answer answer = change(bearer, "wrong", NEW);
            Access.refused(answer, 401, "unauthorized");
            assertThat(answer.json().path("message").asText()).isEqualTo("Invalid email or password");
            return Device.failures(realm, "guess@example.com") >= 5;
        });
        JsonNode status = realm.get("/attack-detection/brute-force/users/" + id)
                .expect(200)
                .json();
        assertThat(status.path("numFailures").asInt()).isEqualTo(5);
        assertThat(status.path("disabled").asBoolean()).isTrue();
        Access.refused(change(bearer, TestRealm.PASSWORD, NEW), 401, "unauthorized");
        realm.delete("/attack-detection/brute-force/users/" + id).expect(204);
        assertThat(change(bearer, TestRealm.PASSWORD, NEW).status()).isEqualTo(204);
    }

    @Test
    void many_guesses_at_once_are_no_more_than_the_lock_allows() throws Exception {
        String id = realm.createUser("flood@example.com", user -> {});
        String bearer = Access.accessToken(access.signedIn("flood@example.com"));
        // until Keycloak has counted the sign-in, which it does after the answer, it looks at no password of this user
        Poll.untilTrue("a first wrong one is counted", Duration.ofSeconds(10), () -> {
            Access.refused(change(bearer, "wrong", NEW), 401, "unauthorized");
            return Device.failures(realm, "flood@example.com") > 0;
        });
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Integer>> calls = IntStream.range(0, 40)
                    .mapToObj(i -> (Callable<Integer>)
                            () -> change(bearer, "wrong-" + i, NEW).status())
                    .toList();
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(401);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(realm.get("/attack-detection/brute-force/users/" + id)
                        .json()
                        .path("numFailures")
                        .asInt())
                .isBetween(1, 6);
    }

    @Test
    void a_new_password_that_breaks_the_rules_is_refused_in_words() {
        realm.updateRealm(representation -> representation.put("passwordPolicy", "length(8) and passwordHistory(3)"));
        try {
            realm.createUser("history@example.com", user -> {});
            String bearer = Access.accessToken(access.signedIn("history@example.com"));
            Answer answer = change(bearer, TestRealm.PASSWORD, "short77");
            Access.refused(answer, 400, "bad_request");
            assertThat(answer.json().path("message").asText())
                    .contains("minimum length 8")
                    .doesNotContain("short77");
            Access.refused(change(bearer, TestRealm.PASSWORD, TestRealm.PASSWORD), 400, "bad_request");
            assertThat(change(bearer, TestRealm.PASSWORD, NEW).status()).isEqualTo(204);
            Access.refused(change(bearer, NEW, TestRealm.PASSWORD), 400, "bad_request");
        } finally {
            realm.updateRealm(representation -> representation.put("passwordPolicy", "length(8)"));
        }
    }

    @Test
    void only_the_token_of_a_full_session_of_a_client_that_opted_in_will_do() {
        ObjectNode body = Json.object("current_password", TestRealm.PASSWORD, "new_password", NEW);
        Access.refused(access.post("change-password", body), 401, "unauthorized");
        for (String bearer : List.of("nothing", "a.b.c", Access.refreshToken(access.signedIn("jane@example.com")))) {
            Access.refused(change(bearer, TestRealm.PASSWORD, NEW), 401, "unauthorized", bearer.substring(0, 5));
        }
        Answer service = change(realm.clientToken("billing-service"), TestRealm.PASSWORD, NEW);
        assertThat(service.status()).isIn(401, 403);

        JsonNode session = access.signedIn("jane@example.com");
        String account = session.path("profile")
                .path("active_membership")
                .path("account_id")
                .asText();
        String accountToken = Http.post(realm.url("/api/accounts/" + account + "/token"))
                .bearer(Access.accessToken(session))
                .json(Json.object("audience", "https://api.inbox-manager.com"))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(change(accountToken, TestRealm.PASSWORD, NEW).status()).isIn(401, 403);

        String capabilities = realm.client(Access.CLIENT)
                .path("attributes")
                .path("mint.capabilities")
                .asText();
        realm.clientAttribute(Access.CLIENT, "mint.capabilities", "sign-up");
        try {
            Access.refused(change(Access.accessToken(session), TestRealm.PASSWORD, NEW), 403, "forbidden");
        } finally {
            realm.clientAttribute(Access.CLIENT, "mint.capabilities", capabilities);
        }
    }

    @Test
    void a_user_without_a_password_is_told_to_ask_for_one() {
        String id = realm.createUser("bare@example.com", user -> {});
        String bearer = Access.accessToken(access.signedIn("bare@example.com"));
        String credential = realm.get("/users/" + id + "/credentials")
                .json()
                .get(0)
                .path("id")
                .asText();
        realm.delete("/users/" + id + "/credentials/" + credential).expect(204);
        Access.refused(change(bearer, TestRealm.PASSWORD, NEW), 400, "bad_request");
    }

    @Test
    void wrong_types_are_bad_requests() {
        String bearer = Access.accessToken(access.signedIn("john@example.com"));
        for (String body : List.of(
                "{}",
                "[]",
                "{\"current_password\":\"x\"}",
                "{\"current_password\":1,\"new_password\":\"a-new-password-2\"}",
                "{\"current_password\":\"correct-horse-1\",\"new_password\":\"\"}",
                "{\"current_password\":\"correct-horse-1\",\"new_password\":null}")) {
            Access.refused(
                    access.post("change-password").bearer(bearer).json(body).send(), 400, "bad_request", body);
        }
        Access.refused(
                access.post("change-password")
                        .bearer(bearer)
                        .form(Map.of("current_password", "x"))
                        .send(),
                415,
                "unsupported_media_type");
        assertThat(realm.userinfo(bearer).status()).isEqualTo(200);
    }

    @Test
    void an_admins_reset_ends_every_session_as_well() {
        String id = realm.createUser("admin-reset@example.com", user -> {});
        JsonNode session = access.signedIn("admin-reset@example.com");
        realm.put("/users/" + id + "/reset-password", Json.object("type", "password", "value", "by-an-admin-4"))
                .expect(204);
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
        assertThat(access.refresh(Access.refreshToken(session)).status()).isEqualTo(401);
    }

    @Test
    void an_email_that_the_user_changes_ends_every_other_session() {
        String id = realm.createUser("moving@example.com", user -> {});
        JsonNode session = access.signedIn("moving@example.com");
        String account = realm.passwordToken("admin-cli", "moving@example.com", TestRealm.PASSWORD);
        Http.post(realm.url("/account"))
                .bearer(account)
                .header("Accept", "application/json")
                .json(Json.object(
                        "username",
                        "moving@example.com",
                        "email",
                        "moved@example.com",
                        "firstName",
                        "Test",
                        "lastName",
                        "User"))
                .send()
                .expect(204);
        assertThat(realm.user(id).path("email").asText()).isEqualTo("moved@example.com");
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
    }

    /** Of the app and of a browser: what ends them has a login of its own in mind, which must not be taken for this one. */
    @Test
    void an_email_that_is_changed_on_the_way_in_ends_every_other_session_and_signs_in() {
        String id = realm.createUser("on-the-way@example.com", user -> {});
        List<JsonNode> others =
                List.of(access.signedIn("on-the-way@example.com"), access.signedIn("on-the-way@example.com"));
        assertThat(LoginPage.signsIn(LoginPage.open(realm), "on-the-way@example.com", TestRealm.PASSWORD))
                .isTrue();
        realm.updateUser(id, user -> user.putArray("requiredActions").add("UPDATE_PROFILE"));
        HostedPages page = LoginPage.open(realm);
        assertThat(LoginPage.signsIn(page, "on-the-way@example.com", TestRealm.PASSWORD))
                .isFalse();
        page.submit(Map.of("email", "arrived@example.com", "firstName", "Test", "lastName", "User"));
        assertThat(realm.user(id).path("email").asText()).isEqualTo("arrived@example.com");
        assertThat(LoginPage.signedIn(page)).as(page.text()).isTrue();
        for (JsonNode other : others) {
            assertThat(realm.userinfo(Access.accessToken(other)).status()).isEqualTo(401);
        }
        assertThat(realm.user(id).path("requiredActions")).isEmpty();
        assertThat(realm.get("/users/" + id + "/sessions").json()).hasSize(1);
    }

    @Test
    void a_page_of_another_client_may_not_call() {
        String bearer = Access.accessToken(access.signedIn("max@example.com"));
        Answer answer = access.post("change-password")
                .bearer(bearer)
                .header("Origin", "https://evil.example")
                .json(Json.object("current_password", TestRealm.PASSWORD, "new_password", NEW))
                .send();
        Access.refused(answer, 403, "forbidden");
    }

    @Test
    void an_email_that_an_admin_changes_ends_every_session() {
        String id = realm.createUser("admin-moves@example.com", user -> {});
        JsonNode session = access.signedIn("admin-moves@example.com");
        realm.updateUser(id, user -> user.put("firstName", "Other"));
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(200);
        realm.updateUser(id, user -> user.put("email", "admin-moved@example.com"));
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
        assertThat(access.refresh(Access.refreshToken(session)).status()).isEqualTo(401);
    }

    @Test
    void a_password_that_was_removed_and_set_anew_ends_every_session_as_well() {
        String id = realm.createUser("anew@example.com", user -> {});
        JsonNode session = access.signedIn("anew@example.com");
        String credential = realm.get("/users/" + id + "/credentials")
                .json()
                .get(0)
                .path("id")
                .asText();
        realm.delete("/users/" + id + "/credentials/" + credential).expect(204);
        realm.put("/users/" + id + "/reset-password", Json.object("type", "password", "value", "by-an-admin-5"))
                .expect(204);
        assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
    }
}
