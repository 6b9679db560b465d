package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;

/** The password is right and is not enough: who is asked for what, and how it goes on (contract section 6; T28, T32). */
@Tag("once")
class ChallengeIT {

    private static final String WRONG = "wrong-horse-1";

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

    private static String fresh() {
        return "u" + Random.name() + "@example.com";
    }

    private static JsonNode challenged(Answer answer, String challenge) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(403);
        JsonNode body = answer.json();
        assertThat(Access.names(body)).containsExactly("error", "challenge", "message", "continue_url");
        assertThat(body.path("error").asText()).isEqualTo("challenge_required");
        assertThat(body.path("challenge").asText()).isEqualTo(challenge);
        assertThat(body.path("message").asText()).isNotBlank();
        assertThat(body.path("continue_url").asText()).startsWith("http");
        assertThat(answer.headers("set-cookie")).isEmpty();
        return body;
    }

    private static void nothingLeftBehind(TestRealm where, String email) {
        assertThat(where.get("/users/" + where.userId(email) + "/sessions").json())
                .isEmpty();
    }

    // ---- required actions and the hosted page ----

    @Test
    void a_password_that_has_to_be_changed_is_changed_at_the_hosted_page_that_ends_at_the_app() {
        String email = fresh();
        String id =
                realm.createUser(email, user -> user.putArray("requiredActions").add("UPDATE_PASSWORD"));
        Access.refused(access.signIn(email, WRONG), 401, "unauthorized");
        JsonNode challenge = challenged(access.signIn(email, TestRealm.PASSWORD), "update_password");
        nothingLeftBehind(realm, email);
        HostedPages browser = new HostedPages(realm.server().baseUrl())
                .open(challenge.path("continue_url").asText());
        assertThat(browser.text()).contains("value=\"" + email + "\"");
        browser.submit(Map.of("username", email, "password", TestRealm.PASSWORD));
        assertThat(browser.text()).contains("password-new");
        browser.submit(Map.of("password-new", "another-horse-2", "password-confirm", "another-horse-2"));
        assertThat(browser.address().toString()).startsWith("https://app.inbox-manager.com/");
        assertThat(browser.address().toString()).doesNotContain("code=").doesNotContain("error");
        JsonNode session = access.signIn(email, "another-horse-2").expect(200).json();
        assertThat(session.path("profile").path("id").asText()).isEqualTo(id);
    }

    @Test
    void every_required_action_is_named() {
        for (Map.Entry<String, String> action : Map.of(
                        "VERIFY_EMAIL", "verify_email",
                        "CONFIGURE_TOTP", "configure_totp",
                        "UPDATE_PROFILE", "update_profile",
                        "TERMS_AND_CONDITIONS", "terms_and_conditions",
                        "webauthn-register", "webauthn_register")
                .entrySet()) {
            String email = fresh();
            realm.createUser(email, user -> user.putArray("requiredActions").add(action.getKey()));
            challenged(access.signIn(email, TestRealm.PASSWORD), action.getValue());
            nothingLeftBehind(realm, email);
        }
    }

    @Test
    void an_email_that_nobody_verified_is_a_challenge_where_the_realm_verifies_emails() {
        try (TestRealm verifying = TestRealm.create(representation -> representation.put("verifyEmail", true))) {
            String email = fresh();
            verifying.createUser(email, user -> user.put("emailVerified", false));
            challenged(new Access(verifying).signIn(email, TestRealm.PASSWORD), "verify_email");
            Access.refused(new Access(verifying).signIn(email, WRONG), 401, "unauthorized");
            nothingLeftBehind(verifying, email);
        }
        String email = fresh();
        realm.createUser(email, user -> user.put("emailVerified", false));
        JsonNode session = access.signIn(email, TestRealm.PASSWORD).expect(200).json();
        assertThat(session.path("profile").path("email_verified").booleanValue())
                .isFalse();
    }

    @Test
    void the_hosted_page_ends_where_the_client_says() {
        try (TestRealm other = TestRealm.create()) {
            other.clientAttribute(
                    Access.CLIENT, "mint.continue-url", "https://app.inbox-manager.com/back?from=auth&x=1");
            assertThat(ending(other)).startsWith("https://app.inbox-manager.com/back?from=auth&x=1");
            // an address that the client may not be sent to is none
            other.clientAttribute(Access.CLIENT, "mint.continue-url", "https://evil.example/");
            assertThat(ending(other)).startsWith("https://app.inbox-manager.com/");
            other.clientAttribute(Access.CLIENT, "mint.continue-url", null);
            other.updateClient(Access.CLIENT, client -> client.put("baseUrl", ""));
            assertThat(ending(other)).startsWith("http");
            other.updateClient(Access.CLIENT, client -> client.put("standardFlowEnabled", false));
            assertThat(page(other, profileless(other)))
                    .isEqualTo(other.url("/account").toString());
        }
    }

    /** A user with every character in his email that an address has to escape. */
    private static String profileless(TestRealm where) {
        String email = "a+b&c=d%41" + Random.name() + "@example.com";
        where.createUser(email, user -> user.put("username", "u" + Random.name())
                .putArray("requiredActions")
                .add("UPDATE_PROFILE"));
        return email;
    }

    private static String page(TestRealm where, String email) {
        return challenged(new Access(where).signIn(email, TestRealm.PASSWORD), "update_profile")
                .path("continue_url")
                .asText();
    }

    private static String ending(TestRealm where) {
        String email = profileless(where);
        HostedPages browser = new HostedPages(where.server().baseUrl()).open(page(where, email));
        assertThat(browser.text()).contains("value=\"" + email.replace("&", "&amp;") + "\"");
        browser.submit(Map.of("username", email, "password", TestRealm.PASSWORD));
        assertThat(browser.text()).contains("name=\"firstName\"");
        return browser.submit(Map.of("email", email, "firstName", "Pro", "lastName", "File"))
                .address()
                .toString();
    }

    // ---- one-time passwords ----

    private static Answer withCode(TestRealm where, String email, String password, String code) {
        return new Access(where)
                .post("sign-in", Access.credentials(email, password).put("totp", code));
    }

    private static int failures(TestRealm where, String email) {
        return where.get("/attack-detection/brute-force/users/" + where.userId(email))
                .expect(200)
                .json()
                .path("numFailures")
                .asInt();
    }

    @Test
    void T32_a_missing_code_is_asked_for_and_a_wrong_one_is_counted() {
        try (TestRealm asking = TestRealm.create()) {
            String email = fresh();
            Totp totp = new Totp(Random.secret());
            asking.createUser(email, totp::addTo);
            Access app = new Access(asking);
            for (int i = 0; i < 7; i++) {
                challenged(app.signIn(email, TestRealm.PASSWORD), "otp");
            }
            assertThat(failures(asking, email)).isZero();
            nothingLeftBehind(asking, email);
            Answer unknown = app.signIn(fresh(), WRONG);
            for (Answer refused : List.of(
                    app.signIn(email, WRONG),
                    withCode(asking, email, WRONG, totp.now()),
                    withCode(asking, email, TestRealm.PASSWORD, totp.wrong()))) {
                Access.refused(refused, 401, "unauthorized");
                assertThat(refused.body()).isEqualTo(unknown.body());
            }
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> failures(asking, email) == 3);
            String code = totp.now();
            withCode(asking, email, TestRealm.PASSWORD, code).expect(200);
            Access.refused(withCode(asking, email, TestRealm.PASSWORD, code), 401, "unauthorized", "replayed");
            // who has no OTP is not asked
            app.signIn("jane@example.com", TestRealm.PASSWORD).expect(200);
        }
    }

    @Test
    void T32_wrong_codes_lock_the_user() {
        try (TestRealm asking = TestRealm.create()) {
            String email = fresh();
            Totp totp = new Totp(Random.secret());
            asking.createUser(email, totp::addTo);
            for (int i = 1; i <= 5; i++) {
                int count = i;
                Access.refused(withCode(asking, email, TestRealm.PASSWORD, totp.wrong()), 401, "unauthorized");
                Poll.untilTrue("counted", Duration.ofSeconds(10), () -> failures(asking, email) >= count);
            }
            Access.refused(withCode(asking, email, TestRealm.PASSWORD, totp.now()), 401, "unauthorized");
            Access.refused(new Access(asking).signIn(email, TestRealm.PASSWORD), 401, "unauthorized");
        }
    }

    @Test
    void with_Keycloaks_own_flow_a_missing_code_is_the_plain_401_and_a_right_one_signs_in() {
        try (TestRealm stock =
                TestRealm.create(representation -> representation.put("directGrantFlow", "direct grant"))) {
            String email = fresh();
            Totp totp = new Totp(Random.secret());
            stock.createUser(email, totp::addTo);
            Access.refused(new Access(stock).signIn(email, TestRealm.PASSWORD), 401, "unauthorized");
            withCode(stock, email, TestRealm.PASSWORD, totp.now()).expect(200);
        }
    }

    @Test
    void at_Keycloaks_token_endpoint_the_flow_asks_in_its_own_words() {
        String email = fresh();
        Totp totp = new Totp(Random.secret());
        realm.createUser(email, totp::addTo);
        Map<String, String> fields =
                Map.of("grant_type", "password", "username", email, "password", TestRealm.PASSWORD);
        Answer asked = realm.token(Access.CLIENT, fields);
        assertThat(asked.status()).isEqualTo(400);
        assertThat(asked.json().path("error").asText()).isEqualTo("invalid_grant");
        assertThat(asked.json().path("error_description").asText()).isEqualTo("A one-time password is required");
        assertThat(failures(realm, email)).isZero();
    }

    // ---- second factors that the flow doesn't know ----

    @Test
    void T28_a_second_factor_that_the_flow_did_not_ask_for_is_a_challenge() {
        try (TestRealm bare = TestRealm.create()) {
            bare.post("/authentication/flows/direct%20grant/copy", Json.object("newName", "bare"))
                    .expect(201);
            for (JsonNode execution : bare.get("/authentication/flows/bare/executions")
                    .expect(200)
                    .json()) {
                if (execution.path("authenticationFlow").asBoolean()) {
                    bare.put(
                                    "/authentication/flows/bare/executions",
                                    ((ObjectNode) execution).put("requirement", "DISABLED"))
                            .expect(202, 204);
                }
            }
            bare.updateRealm(representation -> representation.put("directGrantFlow", "bare"));
            Map<String, String> kinds = Map.of(
                    "otp", "otp",
                    "webauthn", "webauthn",
                    "webauthn-passwordless", "webauthn_passwordless",
                    "recovery-authn-codes", "recovery_authn_codes");
            kinds.forEach((kind, challenge) -> {
                String email = fresh();
                bare.createUser(email, user -> secondFactor(user, kind));
                JsonNode body = challenged(new Access(bare).signIn(email, TestRealm.PASSWORD), challenge);
                assertThat(body.path("continue_url").asText()).contains("/protocol/openid-connect/auth?");
                Access.refused(new Access(bare).signIn(email, WRONG), 401, "unauthorized");
                nothingLeftBehind(bare, email);
                assertThat(bare.events("LOGIN").stream()
                                .filter(event -> event.path("userId").asText().equals(bare.userId(email))))
                        .isEmpty();
            });
        }
    }

    private static void secondFactor(ObjectNode user, String kind) {
        if (kind.equals("otp")) {
            new Totp(Random.secret()).addTo(user);
            return;
        }
        ArrayNode credentials = user.withArray("credentials");
        if (kind.equals("recovery-authn-codes")) {
            RecoveryAuthnCodesCredentialModel codes =
                    RecoveryAuthnCodesCredentialModel.createFromValues(List.of("AAAABBBBCCCC"), 1, "codes");
            credentials.add(Json.object(
                    "type", kind, "secretData", codes.getSecretData(), "credentialData", codes.getCredentialData()));
            return;
        }
        credentials.add(Json.object(
                "type",
                kind,
                "userLabel",
                "key",
                "secretData",
                "{}",
                "credentialData",
                Json.text(Json.object(
                        "aaguid",
                        "00000000-0000-0000-0000-000000000000",
                        "credentialId",
                        "AAAA",
                        "counter",
                        0,
                        "credentialPublicKey",
                        "AAAA",
                        "attestationStatementFormat",
                        "none"))));
    }
}
