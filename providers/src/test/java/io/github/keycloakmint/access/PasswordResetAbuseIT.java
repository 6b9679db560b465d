package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reset is not to be: a way into somebody's account, or a way to learn who has one (T27, T29). */
@Tag("distribution")
class PasswordResetAbuseIT {

    private static final String NEW = "a-new-password-2";

    private static TestRealm realm;
    private static Access access;
    private static Mailbox mailbox;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
        mailbox = Mailbox.of(realm);
    }

    @AfterAll
    static void stop() {
        mailbox.close();
        realm.close();
    }

    private static Answer set(String token) {
        return access.post("password-reset/verify", Json.object("token", token, "new_password", NEW));
    }

    private static String asked(String email) {
        int before = mailbox.to(email).size();
        access.post("password-reset", Json.object("client_id", Access.CLIENT, "email", email))
                .expect(202);
        return mailbox.link(email, before + 1).token();
    }

    private static void isRefused(String token) {
        Answer answer = set(token);
        Access.refused(answer, 401, "unauthorized");
        assertThat(answer.json().path("message").asText()).isEqualTo("Invalid or expired token");
    }

    @Test
    void a_token_is_good_once() {
        realm.createUser("once@example.com", user -> {});
        String token = asked("once@example.com");
        set(token).expect(204);
        isRefused(token);
    }

    /** Again and again: where each loser can undo what the winner wrote, about one round in thirty has no winner. */
    @RepeatedTest(20)
    void of_many_calls_at_once_one_sets_the_password(RepetitionInfo round) throws Exception {
        String email = "many-" + round.getCurrentRepetition() + "@example.com";
        realm.createUser(email, user -> {});
        String token = asked(email);
        ExecutorService threads = Executors.newFixedThreadPool(10);
        try {
            List<Callable<Integer>> calls = IntStream.range(0, 10)
                    .mapToObj(i -> (Callable<Integer>) () -> access.post(
                                    "password-reset/verify", Json.object("token", token, "new_password", NEW + i))
                            .status())
                    .toList();
            int set = 0;
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isIn(204, 401);
                set += call.get() == 204 ? 1 : 0;
            }
            assertThat(set).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void every_other_token_ends_with_a_change_of_the_password_by_whatever_door() {
        String id = realm.createUser("others@example.com", user -> {});
        String first = asked("others@example.com");
        String second = asked("others@example.com");
        set(second).expect(204);
        isRefused(first);

        String third = asked("others@example.com");
        realm.put("/users/" + id + "/reset-password", Json.object("type", "password", "value", "by-an-admin-4"))
                .expect(204);
        isRefused(third);
        assertThat(access.signIn("others@example.com", "by-an-admin-4").status())
                .isEqualTo(200);
    }

    @Test
    void it_ends_with_a_change_of_the_email_and_for_a_disabled_user() {
        String id = realm.createUser("moves@example.com", user -> {});
        String token = asked("moves@example.com");
        realm.updateUser(id, user -> user.put("email", "moved@example.com"));
        isRefused(token);

        String other = asked("moved@example.com");
        realm.updateUser(id, user -> user.put("enabled", false));
        isRefused(other);
        realm.updateUser(id, user -> user.put("enabled", true));
        set(other).expect(204);
    }

    @Test
    void it_ends_when_its_client_opts_out_or_sessions_are_ended_by_an_admin() {
        String id = realm.createUser("client@example.com", user -> {});
        String token = asked("client@example.com");
        String capabilities = realm.client(Access.CLIENT)
                .path("attributes")
                .path("mint.capabilities")
                .asText();
        realm.clientAttribute(Access.CLIENT, "mint.capabilities", "sign-in");
        try {
            isRefused(token);
        } finally {
            realm.clientAttribute(Access.CLIENT, "mint.capabilities", capabilities);
        }
        set(token).expect(204);
        assertThat(realm.user(id).path("enabled").asBoolean()).isTrue();
    }

    @Test
    void no_other_token_is_taken_for_one() {
        String id = realm.createUser("mixed@example.com", user -> user.put("emailVerified", false));
        JsonNode session = access.signedIn("mixed@example.com");
        String reset = asked("mixed@example.com");
        int before = mailbox.to("mixed@example.com").size();
        access.post("verify-email/resend", Json.object("client_id", Access.CLIENT, "email", "mixed@example.com"))
                .expect(202);
        String verify = mailbox.link("mixed@example.com", before + 1).token();
        realm.put("/users/" + id + "/execute-actions-email", List.of("UPDATE_PASSWORD"))
                .expect(204);
        String byAdmin = mailbox.link("mixed@example.com", before + 2).token();
        realm.put("/users/" + id + "/execute-actions-email", List.of("UPDATE_PASSWORD", "UPDATE_PROFILE"))
                .expect(204);
        String more = mailbox.link("mixed@example.com", before + 3).token();

        for (String token : List.of(
                Access.accessToken(session),
                Access.refreshToken(session),
                verify,
                byAdmin,
                more,
                reset.substring(0, reset.lastIndexOf('.') + 1),
                reset.substring(0, reset.length() - 4) + "AAAA",
                reset + "x",
                "x." + reset.substring(reset.indexOf('.') + 1),
                "e30.e30.e30",
                "eyJhbGciOiJub25lIn0." + reset.split("\\.")[1] + ".",
                "..",
                "nothing",
                "x".repeat(20_000))) {
            isRefused(token);
        }
        Access.refused(access.post("verify-email", Json.object("token", reset)), 401, "unauthorized");
        set(reset).expect(204);
    }

    @Test
    void another_realms_token_is_none_here() {
        try (TestRealm other = TestRealm.create();
                Mailbox mails = Mailbox.of(other)) {
            other.createUser("twin@example.com", user -> {});
            realm.createUser("twin@example.com", user -> {});
            new Access(other)
                    .post("password-reset", Json.object("client_id", Access.CLIENT, "email", "twin@example.com"))
                    .expect(202);
            isRefused(mails.link("twin@example.com", 1).token());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-client", "admin-cli", "account-console", "billing-service", "external-users"})
    void a_client_that_did_not_opt_in_is_an_unknown_one(String clientId) {
        Answer answer = access.post("password-reset", Json.object("client_id", clientId, "email", "jane@example.com"));
        Access.refused(answer, 400, "bad_request");
        assertThat(answer.json().path("message").asText()).isEqualTo("`client_id` is not known");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password-reset",
                "password-reset/verify",
                "change-password",
                "verify-email",
                "verify-email/resend",
                "sign-up"
            })
    void forms_texts_and_other_methods_are_refused_and_so_are_foreign_pages(String path) {
        Map<String, String> form = Map.of("client_id", Access.CLIENT, "email", "jane@example.com", "token", "x");
        int early = path.equals("change-password") ? 401 : 415;
        assertThat(access.post(path).form(form).send().status()).isEqualTo(early);
        assertThat(access.post(path).body("text/plain", Json.text(form)).send().status())
                .isEqualTo(early);
        assertThat(access.post(path).body(null, Json.text(form)).send().status())
                .isEqualTo(early);
        Answer get = Http.get(realm.url("/auth/" + path)).send();
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.header("allow")).contains("OPTIONS, POST");
        for (String origin :
                List.of("https://evil.example", "null", "https://app.inbox-manager.com.evil.example", "*")) {
            Answer answer =
                    access.post(path).header("Origin", origin).json(form).send();
            Access.refused(answer, 403, "forbidden", origin);
            assertThat(answer.headers("access-control-allow-origin")).isEmpty();
        }
        Answer preflight = Http.request("OPTIONS", realm.url("/auth/" + path))
                .header("Origin", Access.ORIGIN)
                .header("Access-Control-Request-Method", "POST")
                .send();
        assertThat(preflight.header("access-control-allow-origin")).contains(Access.ORIGIN);
    }

    @Test
    void a_page_of_the_client_may_ask_and_reads_the_answer() {
        Answer answer = access.post("password-reset")
                .header("Origin", Access.ORIGIN)
                .json(Json.object("client_id", Access.CLIENT, "email", "nobody@example.com"))
                .send();
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("access-control-allow-origin")).contains(Access.ORIGIN);
    }

    @Test
    void wrong_types_and_sizes_are_bad_requests() {
        for (String body : List.of(
                "{}",
                "[]",
                "null",
                "",
                "{",
                "{\"client_id\":\"cid_inbox_manager\"}",
                "{\"client_id\":\"cid_inbox_manager\",\"email\":1}",
                "{\"client_id\":\"cid_inbox_manager\",\"email\":null}",
                "{\"client_id\":\"cid_inbox_manager\",\"email\":\"no address\"}",
                "{\"client_id\":\"cid_inbox_manager\",\"email\":\"\u212Aate@example.com\"}",
                "{\"client_id\":[\"cid_inbox_manager\"],\"email\":\"a@example.com\"}",
                "{\"client_id\":\"cid_inbox_manager\",\"email\":\"a@example.com\",\"email\":\"b@example.com\"}")) {
            Access.refused(access.post("password-reset").json(body).send(), 400, "bad_request", body);
        }
        for (String body : List.of(
                "{}",
                "{\"token\":1,\"new_password\":\"x\"}",
                "{\"token\":\"x\"}",
                "{\"token\":\"x\",\"new_password\":\"\"}",
                "{\"token\":\"x\",\"new_password\":null}",
                "{\"token\":\"x\",\"new_password\":[\"a-new-password-2\"]}")) {
            Access.refused(access.post("password-reset/verify").json(body).send(), 400, "bad_request", body);
        }
        String huge = Json.text(Map.of("token", "x".repeat(70_000), "new_password", NEW));
        Access.refused(access.post("password-reset/verify").json(huge).send(), 413, "payload_too_large");
    }

    @Test
    void a_realm_without_reset_says_so() {
        realm.createUser("late@example.com", user -> {});
        String token = asked("late@example.com");
        realm.updateRealm(representation -> representation.put("resetPasswordAllowed", false));
        try {
            Access.refused(
                    access.post("password-reset", Json.object("client_id", Access.CLIENT, "email", "late@example.com")),
                    403,
                    "forbidden");
            Access.refused(set(token), 403, "forbidden");
        } finally {
            realm.updateRealm(representation -> representation.put("resetPasswordAllowed", true));
        }
    }

    @Test
    void no_mail_leaves_where_the_caller_could_choose_the_links_host() {
        realm.createUser("host@example.com", user -> {});
        Answer answer = access.post("password-reset")
                .header("Host", "evil.example")
                .json(Json.object("client_id", Access.CLIENT, "email", "host@example.com"))
                .send();
        assertThat(answer.status()).isEqualTo(202);
        assertThat(mailbox.link("host@example.com", 1).page())
                .startsWith(realm.server().baseUrl().toString());

        realm.realmAttribute("frontendUrl", null);
        try {
            for (String path : List.of("password-reset", "verify-email/resend")) {
                Access.refused(
                        access.post(path, Json.object("client_id", Access.CLIENT, "email", "host@example.com")),
                        404,
                        "not_found");
            }
        } finally {
            realm.realmAttribute("frontendUrl", realm.server().baseUrl().toString());
        }
    }

    @Test
    void a_changed_password_stays_changed_where_the_hash_of_the_one_before_was_due_to_be_renewed() {
        realm.createUser("rehash@example.com", user -> {});
        JsonNode session = access.signedIn("rehash@example.com");
        String token = asked("rehash@example.com");
        String policy = realm.representation().path("passwordPolicy").asText();
        realm.updateRealm(
                representation -> representation.put("passwordPolicy", policy + " and hashAlgorithm(pbkdf2-sha512)"));
        try {
            access.post("change-password")
                    .bearer(Access.accessToken(session))
                    .json(Json.object("current_password", TestRealm.PASSWORD, "new_password", "by-its-owner-5"))
                    .send()
                    .expect(204);
            assertThat(access.signIn("rehash@example.com", TestRealm.PASSWORD).status())
                    .isEqualTo(401);
            Poll.untilTrue(
                    "the new password",
                    Duration.ofSeconds(5),
                    () -> access.signIn("rehash@example.com", "by-its-owner-5").status() == 200);
            isRefused(token);
        } finally {
            realm.updateRealm(representation -> representation.put("passwordPolicy", policy));
        }
    }

    @Test
    void of_two_tokens_at_once_one_sets_the_password_and_the_other_is_refused() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 6; round++) {
                String email = "two-" + round + "@example.com";
                realm.createUser(email, user -> {});
                List<String> tokens = List.of(asked(email), asked(email), asked(email), asked(email));
                List<Callable<Answer>> calls = IntStream.range(0, 4)
                        .mapToObj(i -> (Callable<Answer>) () -> access.post(
                                "password-reset/verify", Json.object("token", tokens.get(i), "new_password", NEW + i)))
                        .toList();
                String set = null;
                List<Future<Answer>> answers = threads.invokeAll(calls);
                for (int i = 0; i < 4; i++) {
                    Answer answer = answers.get(i).get();
                    if (answer.status() == 204) {
                        assertThat(set).as("a second 204").isNull();
                        set = NEW + i;
                    } else {
                        Access.refused(answer, 401, "unauthorized");
                    }
                }
                assertThat(access.signIn(email, set).status()).isEqualTo(200);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
