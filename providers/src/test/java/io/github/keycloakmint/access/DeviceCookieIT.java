package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Strangers lock a user, and he still signs in where he has signed in before (contract section 10; T32). */
class DeviceCookieIT {

    private static TestRealm realm;
    private static Access stranger;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> {
            representation.put("failureFactor", 3);
            representation.withObject("/attributes").put("mint.known-devices.tries", "2");
        });
        stranger = new Access(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String user() {
        String email = "u" + Random.name() + "@example.com";
        realm.createUser(email, user -> {});
        return email;
    }

    private static void refused(Answer answer) {
        Access.refused(answer, 401, "unauthorized");
        assertThat(answer.body()).isEqualTo("{\"error\":\"unauthorized\",\"message\":\"Invalid email or password\"}");
    }

    @Test
    void a_page_that_signs_a_user_in_gets_a_cookie_for_its_sign_in_alone_that_names_nobody() {
        String email = user();
        Device device = new Device(realm);
        String set = Device.deviceCookie(device.signIn(email).expect(200)).orElseThrow();
        assertThat(set)
                .contains(
                        "; Path=/realms/" + realm.name() + "/auth;",
                        "; Max-Age=7776000;",
                        "; HttpOnly;",
                        "; Secure;",
                        "; SameSite=None");
        assertThat(device.value()).matches("[A-Za-z0-9_-]{75}");
        // a server or a mobile app gets none
        assertThat(stranger.signIn(email, TestRealm.PASSWORD).expect(200).headers("set-cookie"))
                .isEmpty();
    }

    @Test
    void a_page_that_signs_a_user_up_gets_it_as_well() {
        String email = "new" + Random.name() + "@example.com";
        ObjectNode body = Access.credentials(email, TestRealm.PASSWORD).put("name", "New User");
        Answer answer = stranger.post("sign-up")
                .header("Origin", Access.ORIGIN)
                .json(body.put("csrf_token", stranger.csrfToken(Access.ORIGIN)))
                .send()
                .expect(201);
        String cookie = Device.deviceCookie(answer).orElseThrow().split(";", 2)[0];
        Device.lock(realm, email);
        new Device(realm, cookie).signIn(email).expect(200);
    }

    @Test
    void strangers_lock_a_user_and_his_device_signs_in_and_theirs_does_not_until_the_lock_ends() {
        try (TestRealm brief = TestRealm.create(representation -> representation
                .put("failureFactor", 3)
                .put("waitIncrementSeconds", 6)
                .put("maxFailureWaitSeconds", 6))) {
            Access others = new Access(brief);
            Device device = Device.known(brief, "jane@example.com");
            String before = device.value();
            Device.lock(brief, "jane@example.com");
            refused(others.signIn("jane@example.com", TestRealm.PASSWORD));
            device.signIn("jane@example.com").expect(200);
            assertThat(device.value()).isNotEqualTo(before);
            new AuditLog(brief.server())
                    .await(line -> line.path("realm").asText().equals(brief.name())
                            && line.path("knownDevice").asText().equals("admitted"));
            // which has not given strangers their tries again
            assertThat(Device.failures(brief, "jane@example.com")).isEqualTo(3);
            refused(others.signIn("jane@example.com", TestRealm.PASSWORD));
            device.signIn("jane@example.com").expect(200);
            Poll.untilTrue(
                    "the lock ends",
                    Duration.ofSeconds(20),
                    () -> others.signIn("jane@example.com", TestRealm.PASSWORD).status() == 200);
        }
    }

    @Test
    void a_known_device_has_a_few_tries_of_its_own_and_then_waits_as_well() {
        String email = user();
        Device device = Device.known(realm, email);
        Device another = Device.known(realm, email);
        Device.lock(realm, email);
        refused(device.signIn(email, Device.WRONG));
        Poll.untilTrue("it counts", Duration.ofSeconds(10), () -> Device.failures(realm, email) == 4);
        refused(device.signIn(email, Device.WRONG));
        Poll.untilTrue("it counts", Duration.ofSeconds(10), () -> Device.failures(realm, email) == 5);
        recorded("admitted");
        refused(device.signIn(email));
        refused(device.signIn(email));
        recorded("out_of_tries");
        // none of these was looked at
        assertThat(Device.failures(realm, email)).isEqualTo(5);
        another.signIn(email).expect(200);
        // a device that has signed in begins anew
        refused(another.signIn(email, Device.WRONG));
        another.signIn(email).expect(200);
    }

    /** Of a refusal: a stolen cookie is what an admin looks for. */
    private static void recorded(String asked) {
        new AuditLog(realm.server())
                .await(line -> line.path("realm").asText().equals(realm.name())
                        && line.path("outcome").asText().equals("unauthorized")
                        && line.path("knownDevice").asText().equals(asked));
    }

    @Test
    void what_a_known_device_did_to_lock_the_user_counts_against_it() {
        String email = user();
        Device device = Device.known(realm, email);
        for (int i = 1; i <= 2; i++) {
            int counted = i;
            refused(device.signIn(email, Device.WRONG));
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(realm, email) == counted);
        }
        Device.lock(realm, email);
        refused(device.signIn(email));
    }

    @Test
    void several_people_sign_in_with_one_device() {
        String one = user();
        String two = user();
        Device device = Device.known(realm, one);
        device.signIn(two).expect(200);
        Device.lock(realm, one);
        Device.lock(realm, two);
        device.signIn(one).expect(200);
        device.signIn(two).expect(200);
    }

    @Test
    void wrong_one_time_passwords_lock_a_user_and_use_up_a_devices_tries() {
        Totp totp = new Totp(Random.secret());
        String email = "u" + Random.name() + "@example.com";
        realm.createUser(email, totp::addTo);
        Device device = new Device(realm);
        device.signIn(Access.credentials(email, TestRealm.PASSWORD).put("totp", totp.now()))
                .expect(200);
        for (int i = 1; i <= 3; i++) {
            int counted = i;
            refused(stranger.post(
                    "sign-in", Access.credentials(email, TestRealm.PASSWORD).put("totp", totp.wrong())));
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(realm, email) == counted);
        }
        assertThat(Device.locked(realm, email)).isTrue();
        // a stranger is not even asked for one
        refused(stranger.signIn(email, TestRealm.PASSWORD));
        Answer asked = device.signIn(email);
        assertThat(asked.status()).as(asked.body()).isEqualTo(403);
        assertThat(asked.json().path("challenge").asText()).isEqualTo("otp");
        refused(device.signIn(Access.credentials(email, TestRealm.PASSWORD).put("totp", totp.wrong())));
        Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(realm, email) == 4);
        // to be asked was no try
        assertThat(device.signIn(email).status()).isEqualTo(403);
        refused(device.signIn(Access.credentials(email, TestRealm.PASSWORD).put("totp", totp.wrong())));
        refused(device.signIn(email));
    }

    // ---- Keycloak's own pages ----

    @Test
    void at_Keycloaks_login_page_a_known_browser_signs_in_as_well() {
        String email = user();
        HostedPages known = LoginPage.open(realm);
        assertThat(LoginPage.signsIn(known, email, Device.WRONG)).isFalse();
        assertThat(LoginPage.deviceCookies(known)).isEmpty();
        assertThat(LoginPage.continues(known, TestRealm.PASSWORD)).isTrue();
        assertThat(LoginPage.deviceCookies(known)).singleElement().satisfies(set -> assertThat(set.replace("\"", ""))
                .containsIgnoringCase("Path=/realms/" + realm.name() + "/login-actions")
                .containsIgnoringCase("Max-Age=7776000")
                .containsIgnoringCase("HttpOnly")
                .containsIgnoringCase("Secure")
                .containsIgnoringCase("SameSite=Lax"));
        Device.lock(realm, email);
        assertThat(LoginPage.signsIn(LoginPage.open(realm), email, TestRealm.PASSWORD))
                .isFalse();
        HostedPages later = LoginPage.again(realm, known);
        assertThat(LoginPage.signsIn(later, email, Device.WRONG)).isFalse();
        assertThat(LoginPage.continues(later, TestRealm.PASSWORD)).isTrue();
        assertThat(LoginPage.deviceCookies(later)).hasSize(1);
        assertThat(LoginPage.signsIn(LoginPage.open(realm), email, TestRealm.PASSWORD))
                .isFalse();
        HostedPages first = LoginPage.again(realm, known);
        assertThat(LoginPage.signsIn(first, email, Device.WRONG)).isFalse();
        // two were wrong; the cookie of the last sign-in has its own tries
        assertThat(LoginPage.continues(first, TestRealm.PASSWORD)).isFalse();
        assertThat(LoginPage.signsIn(LoginPage.again(realm, later), email, TestRealm.PASSWORD))
                .isTrue();
        // each door knows who has signed in there
        String pair = LoginPage.deviceCookies(known).get(0).split(";", 2)[0];
        refused(new Device(realm, pair).signIn(email));
    }

    @Test
    void the_token_endpoint_reads_and_sets_none() {
        String email = user();
        Device device = Device.known(realm, email);
        Map<String, String> form = Map.of(
                "grant_type",
                "password",
                "client_id",
                Access.CLIENT,
                "username",
                email,
                "password",
                TestRealm.PASSWORD);
        Http call = Http.post(realm.url("/protocol/openid-connect/token"));
        assertThat(device.with(call).form(form).send().expect(200).headers("set-cookie"))
                .isEmpty();
        Device.lock(realm, email);
        Answer answer = device.with(Http.post(realm.url("/protocol/openid-connect/token")))
                .header("Origin", Access.ORIGIN)
                .form(form)
                .send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid_grant");
    }
}
