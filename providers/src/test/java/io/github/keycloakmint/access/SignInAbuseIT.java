package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who must not get in, and what they are told: nothing (contract section 6; T8, T11, T28, T29). */
@Tag("once")
class SignInAbuseIT {

    private static final String WRONG = "wrong-horse-1";

    private static TestRealm realm;
    private static Access access;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> representation.put("failureFactor", 3));
        access = new Access(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String fresh() {
        return "u" + Random.name() + "@example.com";
    }

    private static String user() {
        String email = fresh();
        realm.createUser(email, user -> {});
        return email;
    }

    private static JsonNode bruteForce(String email) {
        return realm.get("/attack-detection/brute-force/users/" + realm.userId(email))
                .expect(200)
                .json();
    }

    private static int failures(String email) {
        return bruteForce(email).path("numFailures").asInt();
    }

    private static void nothingLeftBehind(String email) {
        assertThat(realm.get("/users/" + realm.userId(email) + "/sessions")
                        .expect(200)
                        .json())
                .isEmpty();
    }

    private static String locked() {
        String email = user();
        for (int i = 0; i < 3; i++) {
            int already = i;
            Access.refused(access.signIn(email, WRONG), 401, "unauthorized");
            Poll.untilTrue("the failure is counted", Duration.ofSeconds(10), () -> failures(email) > already);
        }
        Poll.untilTrue("locked", Duration.ofSeconds(10), () -> bruteForce(email)
                .path("disabled")
                .asBoolean());
        return email;
    }

    // ---- refusals alike ----

    @Test
    void T29_every_refused_credential_gets_the_same_answer() {
        String without = fresh();
        realm.createUser(without, user -> user.remove("credentials"));
        String off = fresh();
        realm.createUser(off, user -> user.put("enabled", false));
        String offWithout = fresh();
        realm.createUser(offWithout, user -> user.put("enabled", false).remove("credentials"));
        String permanently = user();
        realm.updateUser(realm.userId(permanently), user -> user.put("enabled", false));
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("unknown", access.signIn(fresh(), WRONG));
        answers.put("wrong", access.signIn(user(), WRONG));
        answers.put("empty", access.signIn(user(), ""));
        answers.put("unknown and empty", access.signIn(fresh(), ""));
        answers.put("blank", access.signIn(user(), " "));
        answers.put("with a NUL", access.signIn(user(), TestRealm.PASSWORD + "\u0000"));
        answers.put("very long", access.signIn(user(), "x".repeat(50_000)));
        answers.put("password-less", access.signIn(without, TestRealm.PASSWORD));
        answers.put("disabled, right", access.signIn(off, TestRealm.PASSWORD));
        answers.put("disabled, wrong", access.signIn(off, WRONG));
        answers.put("disabled and password-less", access.signIn(offWithout, WRONG));
        answers.put("the demo's disabled user", access.signIn("off@example.com", TestRealm.PASSWORD));
        answers.put("locked, right", access.signIn(locked(), TestRealm.PASSWORD));
        answers.put("locked, wrong", access.signIn(locked(), WRONG));
        answers.put("locked for good", access.signIn(permanently, TestRealm.PASSWORD));
        answers.forEach((what, answer) -> {
            Access.refused(answer, 401, "unauthorized", what);
            assertThat(answer.body())
                    .as(what)
                    .isEqualTo("{\"error\":\"unauthorized\",\"message\":\"Invalid email or password\"}");
            assertThat(headers(answer)).as(what).isEqualTo(headers(answers.get("unknown")));
        });
    }

    private static Map<String, List<String>> headers(Answer answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers());
        headers.remove("date");
        return headers;
    }

    @Test
    void T29_a_refusal_comes_on_the_beat() {
        String wrong = user();
        for (String email : List.of(fresh(), wrong, fresh(), wrong)) {
            long started = System.nanoTime();
            access.signIn(email, WRONG);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void a_locked_user_gets_in_again_when_the_lock_is_lifted() {
        String email = locked();
        realm.delete("/attack-detection/brute-force/users/" + realm.userId(email))
                .expect(204);
        access.signIn(email, TestRealm.PASSWORD).expect(200);
    }

    @Test
    void a_success_clears_the_failures() {
        String email = user();
        access.signIn(email, WRONG);
        Poll.untilTrue("counted", Duration.ofSeconds(10), () -> failures(email) == 1);
        access.signIn(email, TestRealm.PASSWORD).expect(200);
        Poll.untilTrue("cleared", Duration.ofSeconds(10), () -> failures(email) == 0);
    }

    @Test
    void T11_refused_credentials_leave_no_event() {
        String email = user();
        int before = realm.events().size();
        access.signIn(email, WRONG);
        access.signIn(fresh(), WRONG);
        access.signIn("off@example.com", TestRealm.PASSWORD);
        access.post("sign-in", Access.credentials(email, WRONG).put("client_id", "nobody"));
        assertThat(realm.events()).hasSize(before);
    }

    @Test
    void T11_what_is_too_long_for_Keycloak_leaves_no_warning() {
        String warning = "The size of OIDC parameter";
        int before = realm.server().log().split(warning, -1).length;
        String header = Base64.getUrlEncoder().encodeToString("{\"alg\":\"HS512\"}".getBytes(StandardCharsets.UTF_8));
        String claims = Json.text(Json.object("typ", "Refresh", "azp", Access.CLIENT, "x", "x".repeat(5_000)));
        String token = header + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".AA";
        Access.refused(access.refresh(token), 401, "unauthorized");
        Access.refused(access.signIn("max@example.com", "x".repeat(5_000)), 401, "unauthorized");
        Access.refused(
                access.post(
                        "sign-in", Access.credentials("max@example.com", WRONG).put("totp", "1".repeat(5_000))),
                401,
                "unauthorized");
        assertThat(realm.server().log().split(warning, -1)).hasSize(before);
    }

    // ---- clients ----

    @Test
    void T8_a_client_that_is_not_in_play_is_unknown() {
        String disabled = copy(client -> client.put("enabled", false));
        String notOptedIn = copy(client -> client.withObject("/attributes").put("mint.capabilities", "google"));
        String wide = copy(client -> client.put("fullScopeAllowed", true));
        String noDirectGrant = copy(client -> client.put("directAccessGrantsEnabled", false));
        String consent = copy(client -> client.put("consentRequired", true));
        String body = null;
        for (String client : List.of(
                "nobody",
                disabled,
                notOptedIn,
                wide,
                noDirectGrant,
                consent,
                "admin-cli",
                "security-admin-console",
                "account",
                "account-console",
                "broker",
                "realm-management",
                "external-users",
                "tribe-upstream")) {
            Answer answer = access.post(
                    "sign-in",
                    Access.credentials("jane@example.com", TestRealm.PASSWORD).put("client_id", client));
            Access.refused(answer, 400, "bad_request", client);
            body = body == null ? answer.body() : body;
            assertThat(answer.body()).as(client).isEqualTo(body);
        }
    }

    private static String copy(Consumer<ObjectNode> changes) {
        String clientId = "copy-" + Random.name();
        ObjectNode client = realm.client(Access.CLIENT).deepCopy();
        client.remove(List.of("id", "secret"));
        client.put("clientId", clientId);
        changes.accept(client);
        realm.createClient(client);
        return clientId;
    }

    @Test
    void a_client_policy_that_forbids_it_is_403() {
        try (TestRealm strict = TestRealm.create()) {
            ObjectNode profile = Json.object("name", "no-passwords");
            profile.putArray("executors")
                    .addObject()
                    .put("executor", "reject-ropc-grant")
                    .putObject("configuration")
                    .put("auto-configure", false);
            ObjectNode profiles = Json.object();
            profiles.putArray("profiles").add(profile);
            strict.put("/client-policies/profiles", profiles).expect(204);
            ObjectNode policy = Json.object("name", "no-passwords", "enabled", true);
            policy.putArray("conditions")
                    .addObject()
                    .put("condition", "any-client")
                    .putObject("configuration");
            policy.putArray("profiles").add("no-passwords");
            ObjectNode policies = Json.object();
            policies.putArray("policies").add(policy);
            strict.put("/client-policies/policies", policies).expect(204);
            for (String password : List.of(TestRealm.PASSWORD, WRONG)) {
                Access.refused(new Access(strict).signIn("jane@example.com", password), 403, "forbidden");
            }
            assertThat(strict.get("/users/" + strict.userId("jane@example.com") + "/sessions")
                            .json())
                    .isEmpty();
        }
    }

    // ---- accounts ----

    @Test
    void an_account_that_is_not_the_users_is_403_and_leaves_no_session() {
        String email = user();
        String body = null;
        for (String account : List.of("acme", "globex", "nothing-like-that", realm.userId(email))) {
            Answer answer = access.post(
                    "sign-in", Access.credentials(email, TestRealm.PASSWORD).put("account_id", account));
            Access.refused(answer, 403, "forbidden", account);
            body = body == null ? answer.body() : body;
            assertThat(answer.body()).isEqualTo(body);
        }
        nothingLeftBehind(email);
        // and a wrong password says nothing about accounts
        Access.refused(
                access.post("sign-in", Access.credentials(email, WRONG).put("account_id", "acme")),
                401,
                "unauthorized");
    }

    @Test
    void a_disabled_account_is_none() {
        try (TestRealm other = TestRealm.create()) {
            Access app = new Access(other);
            JsonNode acme =
                    other.get("/organizations?search=acme&exact=true").json().get(0);
            other.put("/organizations/" + acme.path("id").asText(), ((ObjectNode) acme).put("enabled", false))
                    .expect(204);
            Access.refused(
                    app.post(
                            "sign-in",
                            Access.credentials("jane@example.com", TestRealm.PASSWORD)
                                    .put("account_id", "acme")),
                    403,
                    "forbidden");
            JsonNode profile = app.signedIn("jane@example.com").path("profile");
            assertThat(profile.path("active_membership").path("alias").asText()).isEqualTo("globex");
        }
    }

    // ---- bodies ----

    @Test
    void a_body_that_is_no_request_is_400() {
        for (String body : List.of("", " ", "{", "[]", "null", "{}", "{\"a\":1,\"a\":2}")) {
            Access.refused(access.post("sign-in").json(body).send(), 400, "bad_request", body);
        }
        for (String member : List.of("client_id", "email", "password")) {
            ObjectNode without = Access.credentials("jane@example.com", TestRealm.PASSWORD);
            without.remove(member);
            Answer answer = access.post("sign-in", without);
            Access.refused(answer, 400, "bad_request", member);
            assertThat(answer.json().path("message").asText()).contains("`" + member + "`");
            for (String value : List.of("1", "null", "true", "[]", "{}")) {
                ObjectNode strange = Access.credentials("jane@example.com", TestRealm.PASSWORD);
                strange.set(member, Json.parse(value));
                Access.refused(access.post("sign-in", strange), 400, "bad_request", member + value);
            }
        }
        for (String email : List.of("nobody", "jane@example.com\n", "\u212Aane@example.com", "a b@example.com")) {
            Access.refused(access.signIn(email, WRONG), 400, "bad_request", email);
        }
        Access.refused(
                access.post("sign-in")
                        .json("{\"password\":\"" + "x".repeat(70_000) + "\"}")
                        .send(),
                413,
                "payload_too_large");
    }

    @Test
    void nothing_else_of_the_body_reaches_Keycloak() {
        ObjectNode body = Access.credentials("jane@example.com", TestRealm.PASSWORD)
                .put("scope", "openid offline_access")
                .put("grant_type", "client_credentials")
                .put("username", "ada@example.com")
                .put("client_secret", "x")
                .put("client_assertion", "x");
        JsonNode session = access.post("sign-in", body).expect(200).json();
        assertThat(session.path("profile").path("email").asText()).isEqualTo("jane@example.com");
        assertThat(Jwt.payload(Access.refreshToken(session)).path("typ").asText())
                .isEqualTo("Refresh");
    }

    @Test
    void half_a_surrogate_pair_is_no_text() {
        for (String member : List.of("email", "password", "client_id", "totp", "account_id")) {
            for (String half : List.of("\\ud800", "a\\udc00b", "\\udc00\\ud800")) {
                String body = Json.text(Access.credentials("jane@example.com", TestRealm.PASSWORD)
                                .put(member, "HALF"))
                        .replace("HALF", half);
                Access.refused(access.post("sign-in").json(body).send(), 400, "bad_request", member + half);
            }
        }
    }

    // ---- many at once, and one after the other ----

    @Test
    void of_fifty_guesses_at_once_no_more_are_looked_at_than_the_lock_allows() throws Exception {
        for (int round = 0; round < 3; round++) {
            String email = user();
            List<Answer> answers = atOnce(50, () -> access.signIn(email, WRONG));
            answers.forEach(answer -> Access.refused(answer, 401, "unauthorized"));
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> failures(email) > 0);
            assertThat(failures(email)).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void right_passwords_one_after_the_other_are_never_refused() {
        String email = user();
        for (int i = 0; i < 40; i++) {
            assertThat(access.signIn(email, TestRealm.PASSWORD).status())
                    .as("sign-in " + i)
                    .isEqualTo(200);
        }
    }

    /** Not in every round: on a machine that is slow just then the first may take longer than the second can wait. */
    @Test
    void two_tabs_sign_in_at_the_same_moment() throws Exception {
        int both = 0;
        for (int round = 0; round < 10; round++) {
            String email = user();
            both += atOnce(2, () -> access.signIn(email, TestRealm.PASSWORD)).stream()
                                    .filter(answer -> answer.status() == 200)
                                    .count()
                            == 2
                    ? 1
                    : 0;
        }
        assertThat(both).isPositive();
    }

    private static List<Answer> atOnce(int count, Callable<Answer> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(Collections.nCopies(count, call))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_one_time_password_stays_used_though_a_403_follows() {
        String email = fresh();
        Totp hotp = new Totp(Random.secret());
        realm.createUser(email, hotp::addAsCounterTo);
        String code = hotp.counted(0);
        ObjectNode body = Access.credentials(email, TestRealm.PASSWORD).put("totp", code);
        Access.refused(access.post("sign-in", body.deepCopy().put("account_id", "acme")), 403, "forbidden");
        nothingLeftBehind(email);
        Access.refused(access.post("sign-in", body), 401, "unauthorized", "replayed");
        access.post("sign-in", body.put("totp", hotp.counted(1))).expect(200);
    }

    @Test
    void a_client_with_offline_access_by_default_is_403_and_leaves_no_session() {
        String clientId = copy(client -> client.withArray("defaultClientScopes").add("offline_access"));
        String email = user();
        Answer answer = access.post(
                "sign-in", Access.credentials(email, TestRealm.PASSWORD).put("client_id", clientId));
        Access.refused(answer, 403, "forbidden");
        nothingLeftBehind(email);
        String client = realm.client(clientId).path("id").asText();
        assertThat(realm.get("/users/" + realm.userId(email) + "/offline-sessions/" + client)
                        .expect(200)
                        .json())
                .isEmpty();
    }

    @Test
    void a_refused_sign_in_asks_for_no_bearer() {
        assertThat(access.signIn(fresh(), WRONG).headers("www-authenticate")).isEmpty();
        Answer without = Http.get(realm.url("/api/accounts")).send();
        Access.refused(without, 401, "unauthorized");
        assertThat(without.headers("www-authenticate")).containsExactly("Bearer");
        Answer bad = Http.get(realm.url("/api/accounts")).bearer("x.y.z").send();
        Access.refused(bad, 401, "unauthorized");
        assertThat(bad.headers("www-authenticate")).containsExactly("Bearer error=\"invalid_token\"");
    }
}
