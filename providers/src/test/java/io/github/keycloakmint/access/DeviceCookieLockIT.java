package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever a known device does, strangers stay out until the lock ends by itself; and what becomes of its tries (T32). */
@Tag("once")
class DeviceCookieLockIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String NEW_PASSWORD = "another-horse-2";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> {
            representation.put("failureFactor", 3);
            // without mails a broker's first login asks for the password at once
            representation.remove("smtpServer");
            representation.withObject("/attributes").put("mint.known-devices.tries", "2");
        });
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String user(TestRealm where) {
        String email = "u" + Random.name() + "@example.com";
        where.createUser(email, user -> {});
        return email;
    }

    private static void refused(Answer answer) {
        Access.refused(answer, 401, "unauthorized");
    }

    private static void strangersStayOut(TestRealm where, String email) {
        refused(new Access(where).signIn(email, TestRealm.PASSWORD));
    }

    // ---- successes ----

    @Test
    void a_login_that_changes_the_password_on_its_way_does_not_end_the_lock() {
        String email = user(realm);
        HostedPages known = LoginPage.open(realm);
        assertThat(LoginPage.signsIn(known, email, TestRealm.PASSWORD)).isTrue();
        realm.updateUser(
                realm.userId(email), user -> user.putArray("requiredActions").add("UPDATE_PASSWORD"));
        Device.lock(realm, email);
        HostedPages later = LoginPage.again(realm, known);
        assertThat(LoginPage.signsIn(later, email, TestRealm.PASSWORD)).isFalse();
        later.submit(Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD));
        assertThat(LoginPage.signedIn(later)).as(later.text()).isTrue();
        assertThat(Device.failures(realm, email)).isEqualTo(3);
        refused(new Access(realm).signIn(email, NEW_PASSWORD));
        // which is known from now on as one that has shown the new one
        assertThat(LoginPage.signsIn(LoginPage.again(realm, later), email, NEW_PASSWORD))
                .isTrue();
    }

    @Test
    void a_brokers_first_login_does_not_end_the_lock() {
        try (TestRealm elsewhere = TestRealm.create()) {
            String email = user(realm);
            elsewhere.createUser(email, user -> {});
            String alias = broker(elsewhere);
            HostedPages known = LoginPage.open(realm);
            assertThat(LoginPage.signsIn(known, email, TestRealm.PASSWORD)).isTrue();
            Device.lock(realm, email);
            for (boolean stranger : List.of(true, false)) {
                HostedPages page = LoginPage.open(realm, "&kc_idp_hint=" + alias);
                if (!stranger) {
                    LoginPage.as(known, page);
                }
                LoginPage.signsIn(page, email, TestRealm.PASSWORD);
                page.submit(Map.of("submitAction", "linkAccount"));
                page.submit(Map.of("username", email, "password", TestRealm.PASSWORD));
                assertThat(LoginPage.signedIn(page)).as(page.text()).isEqualTo(!stranger);
            }
            assertThat(Device.failures(realm, email)).isEqualTo(3);
            strangersStayOut(realm, email);
        }
    }

    /** An identity provider of the realm: another realm of the server. */
    private static String broker(TestRealm elsewhere) {
        String alias = "broker-" + Random.name();
        String secret = Random.secret();
        ObjectNode client = Json.object("clientId", alias, "secret", secret, "standardFlowEnabled", true);
        client.putArray("redirectUris")
                .add(realm.url("/broker/" + alias + "/endpoint").toString());
        elsewhere.createClient(client);
        String openid = elsewhere.url("/protocol/openid-connect/").toString();
        ObjectNode provider = Json.object("alias", alias, "providerId", "oidc", "enabled", true);
        provider.withObject("/config")
                .put("clientId", alias)
                .put("clientSecret", secret)
                .put("clientAuthMethod", "client_secret_post")
                .put("defaultScope", "openid email profile")
                .put("authorizationUrl", openid + "auth")
                .put("tokenUrl", openid + "token")
                .put("userInfoUrl", openid + "userinfo");
        realm.post("/identity-provider/instances", provider).expect(201);
        return alias;
    }

    // ---- tries ----

    @Test
    void tries_at_once_that_are_not_wrong_all_come_back() throws Exception {
        Totp totp = new Totp(Random.secret());
        String email = "u" + Random.name() + "@example.com";
        realm.createUser(email, totp::addTo);
        Device device = new Device(realm);
        device.signIn(Access.credentials(email, TestRealm.PASSWORD).put("totp", totp.now()))
                .expect(200);
        String cookie = device.cookie();
        Device.lock(realm, email);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> tabs = Stream.<Callable<Integer>>generate(
                            () -> () -> new Device(realm, cookie).signIn(email).status())
                    .limit(16)
                    .toList();
            for (Future<Integer> tab : threads.invokeAll(tabs)) {
                // asked for the one-time password, or more at once than it has tries
                assertThat(tab.get()).isIn(403, 401);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Device.failures(realm, email)).isEqualTo(3);
        for (int i = 4; i <= 5; i++) {
            int counted = i;
            refused(device.signIn(email, Device.WRONG));
            Poll.untilTrue("counted", SOON, () -> Device.failures(realm, email) == counted);
        }
        refused(device.signIn(email));
    }

    @Test
    void two_tabs_of_the_login_page_take_from_the_same_tries() {
        String email = user(realm);
        HostedPages known = LoginPage.open(realm);
        assertThat(LoginPage.signsIn(known, email, TestRealm.PASSWORD)).isTrue();
        Device.lock(realm, email);
        HostedPages first = LoginPage.again(realm, known);
        HostedPages second = LoginPage.again(realm, known);
        first.submit(Map.of("username", email));
        second.submit(Map.of("username", email));
        assertThat(LoginPage.continues(first, Device.WRONG)).isFalse();
        assertThat(LoginPage.continues(second, TestRealm.PASSWORD)).isTrue();
        assertThat(LoginPage.continues(first, Device.WRONG)).isFalse();
        assertThat(LoginPage.continues(first, TestRealm.PASSWORD)).isFalse();
        strangersStayOut(realm, email);
    }

    // ---- behind a proxy with a path of its own ----

    @Test
    void a_browser_is_known_where_a_proxy_takes_a_path_away() {
        URI front = URI.create("https://id.example.com/sso");
        try (TestRealm behind = TestRealm.create(representation -> representation
                .put("failureFactor", 3)
                .withObject("/attributes")
                .put("frontendUrl", front.toString()))) {
            String email = user(behind);
            HostedPages known = LoginPage.open(behind, front);
            assertThat(LoginPage.signsIn(known, email, TestRealm.PASSWORD)).isTrue();
            assertThat(LoginPage.deviceCookies(known))
                    .singleElement()
                    .asString()
                    .containsIgnoringCase("Path=/sso/realms/" + behind.name() + "/login-actions");
            Device.lock(behind, email);
            HostedPages later = LoginPage.as(known, LoginPage.open(behind, front));
            assertThat(LoginPage.signsIn(later, email, TestRealm.PASSWORD)).isTrue();
            assertThat(LoginPage.signsIn(LoginPage.open(behind, front), email, TestRealm.PASSWORD))
                    .isFalse();
        }
    }
}
