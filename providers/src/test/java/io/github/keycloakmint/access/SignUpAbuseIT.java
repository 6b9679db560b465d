package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
        whileNobodySignsIn(() -> {
            Answer answer = access.post("sign-up", body("closed@example.com").put("account_name", "Closed Ltd"));
            assertThat(answer.status()).as(answer.body()).isIn(401, 403, 500);
        });
        assertThat(exists(realm, "closed@example.com")).isFalse();
        assertThat(realm.get("/organizations?search=closed-ltd").json()).isEmpty();
    }

    @Test
    void an_invitation_survives_a_sign_up_that_was_taken_back() {
        try (Mailbox invitations = Mailbox.of(realm)) {
            String token = invited("kept@example.com", invitations);
            ObjectNode body = body("kept@example.com").put("invitation", token);
            whileNobodySignsIn(
                    () -> assertThat(access.post("sign-up", body).status()).isIn(401, 403, 500));
            assertThat(exists(realm, "kept@example.com")).isFalse();

            String csrf = access.csrfToken(Access.ORIGIN);
            fromPage(body("spender@example.com").put("csrf_token", csrf)).expect(201);
            ObjectNode spent = body.deepCopy().put("csrf_token", csrf);
            Access.refused(fromPage(spent), 403, "forbidden");
            assertThat(exists(realm, "kept@example.com")).isFalse();

            JsonNode session = access.post("sign-up", body).expect(201).json();
            assertThat(session.path("profile").path("memberships")).hasSize(1);
            Access.refused(
                    access.post("sign-up", body("kept2@example.com").put("invitation", token)), 400, "bad_request");
        }
    }

    private static Answer fromPage(ObjectNode body) {
        return access.post("sign-up").header("Origin", Access.ORIGIN).json(body).send();
    }

    private static String invited(String email, Mailbox mails) {
        JsonNode jane = access.signedIn("jane@example.com");
        String account = jane.path("profile")
                .path("active_membership")
                .path("account_id")
                .asText();
        Http.post(realm.url("/api/accounts/" + account + "/invitations"))
                .bearer(Access.accessToken(jane))
                .json(Json.object("email", email, "role", "member"))
                .send()
                .expect(201);
        return mails.link(email, 1).token();
    }

    @Test
    void where_several_users_may_have_one_email_nobody_takes_somebodys_by_signing_up() {
        try (TestRealm several = TestRealm.create(representation ->
                representation.put("duplicateEmailsAllowed", true).put("loginWithEmailAllowed", false))) {
            several.createUser("victim@example.com", user -> user.put("username", "victim"));
            Access there = new Access(several);
            Access.refused(there.post("sign-up", body("victim@example.com")), 409, "conflict");
            assertThat(several.get("/users?exact=true&email=victim@example.com").json())
                    .hasSize(1);
            assertThat(there.signIn("victim@example.com", TestRealm.PASSWORD).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_waiting_account_is_made_once() throws Exception {
        try (TestRealm lenient = TestRealm.create(representation -> representation.put("bruteForceProtected", false))) {
            ObjectNode profile = (ObjectNode) lenient.get("/users/profile").json();
            lenient.put("/users/profile", profile.put("unmanagedAttributePolicy", "ADMIN_EDIT"))
                    .expect(200);
            Access there = new Access(lenient);
            for (int round = 0; round < 5; round++) {
                String email = "waiting-" + round + "@example.com";
                lenient.createUser(email, user -> user.withObject("/attributes")
                        .set("mint.pending-account", Json.MAPPER.valueToTree(List.of("Waiting Ltd"))));
                atOnce(8, () -> there.signIn(email, TestRealm.PASSWORD)
                        .expect(200)
                        .status());
                Poll.untilTrue(
                        "the account",
                        Duration.ofSeconds(10),
                        () -> there.signedIn(email)
                                        .path("profile")
                                        .path("memberships")
                                        .size()
                                > 0);
            }
            assertThat(lenient.get("/organizations?search=Waiting&max=100").json())
                    .hasSize(5);
        }
    }

    @Test
    void sign_ups_at_once_wait_for_no_second_connection() throws Exception {
        ServerOptions small = ServerOptions.forTests()
                .with("--db-pool-max-size", "4")
                .with("--db-pool-initial-size", "1")
                .with("--db-pool-min-size", "1");
        try (KeycloakServer server = Servers.start(small);
                TestRealm narrow = TestRealm.create(server, "demo-realm.json", representation -> {})) {
            Access there = new Access(narrow);
            AtomicInteger number = new AtomicInteger();
            // what the first call of all reads is in caches from then on
            there.post("sign-up", body("first@example.com")).expect(201);
            for (int round = 0; round < 2; round++) {
                assertThat(atOnce(12, () -> there.post(
                                        "sign-up", body("crowd-" + number.incrementAndGet() + "@example.com"))
                                .status()))
                        .containsOnly(201);
            }
        }
    }

    /** The client's sign-ins all fail meanwhile: its flow wants what nobody has. */
    private static void whileNobodySignsIn(Runnable work) {
        Answer made = realm.post(
                "/authentication/flows",
                Json.object("alias", "closed" + Random.name(), "providerId", "basic-flow")
                        .put("topLevel", true)
                        .put("builtIn", false));
        String location = made.expect(201).header("Location").orElseThrow();
        String closed = location.substring(location.lastIndexOf('/') + 1);
        String alias = realm.get("/authentication/flows/" + closed)
                .json()
                .path("alias")
                .asText();
        String executions = "/authentication/flows/" + alias + "/executions";
        realm.post(executions + "/execution", Json.object("provider", "direct-grant-validate-otp"))
                .expect(201);
        ObjectNode execution = (ObjectNode) realm.get(executions).json().get(0);
        realm.put(executions, execution.put("requirement", "REQUIRED")).expect(202, 204);
        realm.updateClient(Access.CLIENT, client -> client.withObject("/authenticationFlowBindingOverrides")
                .put("direct_grant", closed));
        try {
            work.run();
        } finally {
            realm.updateClient(Access.CLIENT, client -> client.withObject("/authenticationFlowBindingOverrides")
                    .put("direct_grant", ""));
        }
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
