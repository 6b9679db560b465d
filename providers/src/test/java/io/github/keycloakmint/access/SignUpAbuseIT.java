package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-ups that must not happen, or happen once, or leave nothing behind. */
@Tag("distribution")
class SignUpAbuseIT {

    private static TestRealm realm;
    private static Access access;
    private static TestRealm verifying;
    private static Access door;
    private static Mailbox mailbox;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        access = new Access(realm);
        verifying = TestRealm.create(representation -> representation.put("verifyEmail", true));
        door = new Access(verifying);
        mailbox = Mailbox.of(verifying);
    }

    @AfterAll
    static void stop() {
        mailbox.close();
        realm.close();
        verifying.close();
    }

    private static ObjectNode body(String email) {
        return Access.credentials(email, TestRealm.PASSWORD);
    }

    private static boolean exists(TestRealm realm, String email) {
        return !realm.get("/users?exact=true&email=" + email).json().isEmpty();
    }

    private static List<Integer> atOnce(int calls, Callable<Integer> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls);
        try {
            List<Future<Integer>> done = threads.invokeAll(
                    IntStream.range(0, calls).mapToObj(i -> call).toList());
            return done.stream()
                    .map(future -> {
                        try {
                            return future.get();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .toList();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void of_many_sign_ups_with_one_email_one_makes_a_user_and_an_account() throws Exception {
        ObjectNode body = body("race@example.com").put("account_name", "Race Ltd");
        List<Integer> answers = atOnce(12, () -> access.post("sign-up", body).status());
        assertThat(answers).containsOnly(201, 409);
        assertThat(answers.stream().filter(status -> status == 201)).hasSize(1);
        assertThat(realm.get("/users?exact=true&email=race@example.com").json()).hasSize(1);
        assertThat(realm.get("/organizations?search=race-ltd").json()).hasSize(1);
    }

    @Test
    void where_emails_are_verified_it_is_the_same() throws Exception {
        List<Integer> answers =
                atOnce(12, () -> door.post("sign-up", body("race@example.com")).status());
        assertThat(answers).containsOnly(202);
        mailbox.await("race@example.com", 1);
        assertThat(verifying.get("/users?exact=true&email=race@example.com").json())
                .hasSize(1);
    }

    @Test
    void nothing_is_left_of_a_sign_up_whose_account_fails() {
        realm.realmAttribute("mint.accounts.max-owned", "none of that");
        try {
            Answer answer = access.post("sign-up", body("half@example.com").put("account_name", "Half Ltd"));
            Access.refused(answer, 500, "server_error");
        } finally {
            realm.realmAttribute("mint.accounts.max-owned", null);
        }
        assertThat(exists(realm, "half@example.com")).isFalse();
        access.post("sign-up", body("half@example.com").put("account_name", "Half Ltd"))
                .expect(201);
    }

    @Test
    void nothing_is_left_of_a_sign_up_whose_session_fails() {
        String flow =
                Json.text(Map.of("alias", "closed", "providerId", "basic-flow", "topLevel", true, "builtIn", false));
        realm.post("/authentication/flows", Json.parse(flow)).expect(201);
        realm.post(
                        "/authentication/flows/closed/executions/execution",
                        Json.object("provider", "direct-grant-validate-otp"))
                .expect(201);
        ObjectNode execution = (ObjectNode)
                realm.get("/authentication/flows/closed/executions").json().get(0);
        realm.put("/authentication/flows/closed/executions", execution.put("requirement", "REQUIRED"))
                .expect(202, 204);
        String id = "";
        for (JsonNode candidate : realm.get("/authentication/flows").json()) {
            id = candidate.path("alias").asText().equals("closed")
                    ? candidate.path("id").asText()
                    : id;
        }
        String closed = id;
        realm.updateClient(Access.CLIENT, client -> client.withObject("/authenticationFlowBindingOverrides")
                .put("direct_grant", closed));
        try {
            Answer answer = access.post("sign-up", body("closed@example.com").put("account_name", "Closed Ltd"));
            assertThat(answer.status()).as(answer.body()).isIn(401, 403, 500);
        } finally {
            realm.updateClient(Access.CLIENT, client -> client.withObject("/authenticationFlowBindingOverrides")
                    .put("direct_grant", ""));
        }
        assertThat(exists(realm, "closed@example.com")).isFalse();
        assertThat(realm.get("/organizations?search=closed-ltd").json()).isEmpty();
    }

    @Test
    void nothing_is_left_of_a_sign_up_whose_mail_can_not_be_sent() {
        try (TestRealm mute = TestRealm.create(representation -> representation.put("verifyEmail", true))) {
            Mailbox mails = Mailbox.of(mute);
            mails.close();
            Access there = new Access(mute);
            there.post("sign-up", body("mute@example.com")).expect(202);
            try (Mailbox ears = Mailbox.of(mute)) {
                // mails are sent in turn, or by another thread: the second one waits for a free address
                Poll.untilTrue("the first to be taken back", Duration.ofSeconds(20), () -> {
                    there.post("sign-up", body("mute@example.com")).expect(202);
                    return ears.to("mute@example.com").stream()
                            .anyMatch(mail -> Mailbox.link(mail).isPresent());
                });
            }
        }
    }

    @Test
    void accounts_are_for_realms_that_want_them() {
        realm.realmAttribute("mint.signup.accounts", "false");
        try {
            Access.refused(
                    access.post("sign-up", body("eager@example.com").put("account_name", "Eager Ltd")),
                    403,
                    "forbidden");
            assertThat(exists(realm, "eager@example.com")).isFalse();
            access.post("sign-up", body("eager@example.com")).expect(201);
        } finally {
            realm.realmAttribute("mint.signup.accounts", "true");
        }
    }

    @Test
    void a_realm_without_registration_says_so() {
        realm.updateRealm(representation -> representation.put("registrationAllowed", false));
        try {
            Access.refused(access.post("sign-up", body("late@example.com")), 403, "forbidden");
            Access.refused(access.post("sign-up", body("jane@example.com")), 403, "forbidden");
        } finally {
            realm.updateRealm(representation -> representation.put("registrationAllowed", true));
        }
        assertThat(exists(realm, "late@example.com")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-client", "admin-cli", "account-console", "billing-service", "external-users"})
    void a_client_that_did_not_opt_in_is_an_unknown_one(String clientId) {
        Answer answer = access.post("sign-up", body("client@example.com").put("client_id", clientId));
        Access.refused(answer, 400, "bad_request");
        assertThat(answer.json().path("message").asText()).isEqualTo("`client_id` is not known");
    }

    @Test
    void wrong_types_and_contradictions_are_bad_requests() {
        String start =
                "{\"client_id\":\"cid_inbox_manager\",\"email\":\"types@example.com\",\"password\":\"correct-horse-1\"";
        for (String rest : List.of(
                ",\"name\":1}",
                ",\"name\":\"A B\",\"first_name\":\"A\"}",
                ",\"first_name\":[\"A\"]}",
                ",\"first_name\":\"" + "x".repeat(300) + "\"}",
                ",\"name\":\"" + "x".repeat(300) + "\"}",
                ",\"account_name\":1}",
                ",\"account_name\":\"  \"}",
                ",\"account_name\":\"" + "x".repeat(256) + "\"}",
                ",\"account_name\":\"A\",\"invitation\":\"b\"}",
                ",\"invitation\":\"nothing\"}",
                ",\"invitation\":1}",
                ",\"csrf_token\":1}",
                ",\"email\":\"twice@example.com\"}")) {
            Access.refused(access.post("sign-up").json(start + rest).send(), 400, "bad_request", rest);
        }
        for (String email :
                List.of("", "no address", "a@b@c", "\u212Aate@example.com", "x".repeat(250) + "@example.com")) {
            Access.refused(access.post("sign-up", body(email)), 400, "bad_request", email);
        }
        for (String body : List.of("{}", "[]", "null", "", "{")) {
            Access.refused(access.post("sign-up").json(body).send(), 400, "bad_request", body);
        }
        ObjectNode empty = body("types@example.com").put("password", "");
        Access.refused(access.post("sign-up", empty), 400, "bad_request");
        ObjectNode huge = body("types@example.com").put("name", "x".repeat(70_000));
        Access.refused(access.post("sign-up", huge), 413, "payload_too_large");
        assertThat(exists(realm, "types@example.com")).isFalse();
    }

    @Test
    void an_attribute_that_users_can_write_keeps_no_accounts_name() {
        ObjectNode profile = (ObjectNode) verifying.get("/users/profile").json();
        String before = Json.text(profile);
        verifying
                .put("/users/profile", profile.put("unmanagedAttributePolicy", "ENABLED"))
                .expect(200);
        try {
            Access.refused(
                    door.post("sign-up", body("open@example.com").put("account_name", "Open Ltd")), 403, "forbidden");
        } finally {
            verifying.put("/users/profile", Json.parse(before)).expect(200);
        }
    }

    @Test
    void no_mail_leaves_where_the_caller_could_choose_the_links_host() {
        verifying.realmAttribute("frontendUrl", null);
        try {
            Access.refused(door.post("sign-up", body("host@example.com")), 404, "not_found");
        } finally {
            verifying.realmAttribute("frontendUrl", verifying.server().baseUrl().toString());
        }
        assertThat(exists(verifying, "host@example.com")).isFalse();
    }

    @Test
    void a_password_over_a_page_without_csrf_token_or_with_anothers_is_refused() {
        ObjectNode body = body("csrf@example.com");
        Access.refused(
                access.post("sign-up")
                        .header("Origin", Access.ORIGIN)
                        .json(body)
                        .send(),
                403,
                "forbidden");
        body.put("csrf_token", access.csrfToken("http://localhost:3000"));
        Access.refused(
                access.post("sign-up")
                        .header("Origin", Access.ORIGIN)
                        .json(body)
                        .send(),
                403,
                "forbidden");
        assertThat(exists(realm, "csrf@example.com")).isFalse();
    }
}
