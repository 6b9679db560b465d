package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a device cookie is no key to (T2, T10, T26, T27, T29, T32). */
@Tag("once")
class DeviceCookieAbuseIT {

    private static final String REFUSED = "{\"error\":\"unauthorized\",\"message\":\"Invalid email or password\"}";

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

    private static String user() {
        return user(realm);
    }

    private static String user(TestRealm where) {
        String email = "u" + Random.name() + "@example.com";
        where.createUser(email, user -> {});
        return email;
    }

    private static void refused(Answer answer) {
        refused(answer, "");
    }

    private static void refused(Answer answer, String what) {
        Access.refused(answer, 401, "unauthorized", what);
        assertThat(answer.body()).as(what).isEqualTo(REFUSED);
    }

    // ---- cookies that are none ----

    @Test
    void a_cookie_of_another_user_client_or_realm_is_nothing() {
        String email = user();
        Device device = Device.known(realm, email);
        String others = Device.known(realm, user()).cookie();
        String client = copy();
        Device atAnother = new Device(realm);
        atAnother
                .signIn(Access.credentials(email, TestRealm.PASSWORD).put("client_id", client))
                .expect(200);
        assertThat(atAnother.name()).isNotEqualTo(device.name());
        Device.lock(realm, email);
        refused(new Device(realm, others).signIn(email), "another user's");
        refused(new Device(realm, atAnother.cookie()).signIn(email), "another client's");
        refused(new Device(realm, device.name() + "=" + atAnother.value()).signIn(email), "another client's, renamed");
        try (TestRealm other = TestRealm.create(representation -> representation.put("failureFactor", 3))) {
            String id = other.createUser(email, user -> {});
            assertThat(id).isNotEmpty();
            Device there = Device.known(other, email);
            Device.lock(other, email);
            refused(new Device(realm, there.cookie()).signIn(email), "another realm's");
            refused(new Device(realm, device.name() + "=" + there.value()).signIn(email), "another realm's, renamed");
            refused(new Device(other, there.name() + "=" + device.value()).signIn(email), "and the other way round");
            there.signIn(email).expect(200);
        }
        device.signIn(email).expect(200);
        new Device(realm, atAnother.cookie())
                .signIn(Access.credentials(email, TestRealm.PASSWORD).put("client_id", client))
                .expect(200);
    }

    private static String copy() {
        String clientId = "copy-" + Random.name();
        ObjectNode client = realm.client(Access.CLIENT).deepCopy();
        client.remove(List.of("id", "secret"));
        client.put("clientId", clientId);
        realm.createClient(client);
        return clientId;
    }

    @Test
    void a_forged_or_broken_one_is_nothing_and_breaks_nothing() {
        String email = user();
        Device device = Device.known(realm, email);
        String value = device.value();
        String csrf = access.csrfToken(Access.ORIGIN);
        Device.lock(realm, email);
        char last = value.charAt(40) == 'A' ? 'B' : 'A';
        List<String> forged = new ArrayList<>(List.of(
                "",
                ".",
                "A".repeat(75),
                value.substring(0, 40) + last + value.substring(41),
                value.substring(1),
                value + "A",
                value.toLowerCase(java.util.Locale.ROOT),
                "\"" + value + "\"",
                csrf,
                realm.userId(email),
                "eyJhbGciOiJub25lIn0.e30.",
                "%00",
                "x".repeat(4_000)));
        forged.add(String.join(".", Collections.nCopies(9, value)));
        for (String text : forged) {
            refused(new Device(realm, device.name() + "=" + text).signIn(email), text);
        }
    }

    /** By another host of the same site, say: of a longer path, so that they come first, and full of what looks right. */
    @Test
    void planted_ones_beside_the_good_one_keep_nobody_out_and_are_not_kept_before_others() {
        String email = user();
        String other = user();
        Device device = Device.known(realm, other);
        device.signIn(email).expect(200);
        Device.lock(realm, email);
        Device.lock(realm, other);
        String planted = device.name() + "=" + String.join(".", Collections.nCopies(8, "A".repeat(75)));
        Device tossed = new Device(realm, String.join("; ", Collections.nCopies(4, planted)) + "; " + device.cookie());
        tossed.signIn(email).expect(200);
        // its cookie is what was set now
        tossed.signIn(other).expect(200);
    }

    @Test
    void T2_it_is_no_csrf_token_signed_cookie_or_embed_ticket_and_no_token_is_one() {
        String email = user();
        Device device = Device.known(realm, email);
        Answer asToken = access.signInFromPage(
                Access.ORIGIN, Access.credentials(email, TestRealm.PASSWORD).put("csrf_token", device.value()));
        Access.refused(asToken, 403, "forbidden");
        for (String value : List.of(device.value(), "s%3A" + device.value(), "s%3Ax." + device.value())) {
            assertThat(Http.get(realm.url("/api/auth/me"))
                            .header("Cookie", "token=" + value)
                            .send()
                            .status())
                    .as(value)
                    .isEqualTo(401);
        }
        assertThat(Http.get(realm.url("/api/auth/verify"))
                        .header("X-Original-URI", "/embed/board?token=" + device.value())
                        .header("X-Original-Method", "GET")
                        .send()
                        .status())
                .isEqualTo(401);
        String jwt = Access.accessToken(access.signedIn(email));
        Device.lock(realm, email);
        refused(new Device(realm, device.name() + "=" + jwt).signIn(email));
        device.signIn(email).expect(200);
    }

    @Test
    void T26_it_is_read_for_a_page_of_an_allowed_origin_alone() {
        String email = user();
        Device device = Device.known(realm, email);
        Device.lock(realm, email);
        refused(device.with(access.post("sign-in"))
                .json(Access.credentials(email, TestRealm.PASSWORD))
                .send());
        String token = access.csrfToken(Access.ORIGIN);
        for (String origin : List.of("https://evil.example", "null", "*")) {
            Answer answer = device.with(access.post("sign-in"))
                    .header("Origin", origin)
                    .json(Access.credentials(email, TestRealm.PASSWORD).put("csrf_token", token))
                    .send();
            Access.refused(answer, 403, "forbidden", origin);
        }
        // a form of another site
        Answer form = device.with(access.post("sign-in"))
                .header("Origin", Access.ORIGIN)
                .body("text/plain", Json.text(Access.credentials(email, TestRealm.PASSWORD)))
                .send();
        Access.refused(form, 415, "unsupported_media_type");
        device.signIn(email).expect(200);
    }

    // ---- what ends it ----

    @Test
    void T27_it_dies_with_the_password_and_with_the_email() {
        String email = user();
        String id = realm.userId(email);
        Device byAdmin = Device.known(realm, email);
        realm.put("/users/" + id + "/reset-password", Json.object("type", "password", "value", TestRealm.PASSWORD))
                .expect(204);
        Device byUser = Device.known(realm, email);
        Access.refused(access.signIn(email, Device.WRONG), 401, "unauthorized");
        String bearer = Access.accessToken(access.signedIn(email));
        access.post("change-password")
                .bearer(bearer)
                .json(Json.object("current_password", TestRealm.PASSWORD, "new_password", "another-horse-2"))
                .send()
                .expect(204);
        Device byEmail = new Device(realm);
        byEmail.signIn(email, "another-horse-2").expect(200);
        Device.lock(realm, email);
        refused(byAdmin.signIn(email, "another-horse-2"), "set by an admin");
        refused(byUser.signIn(email, "another-horse-2"), "changed by the user");
        byEmail.signIn(email, "another-horse-2").expect(200);
        String renamed = "n" + email;
        realm.updateUser(id, user -> user.put("email", renamed));
        // an admin's change of an enabled user lifts his lock (UserResource.updateUser)
        Device.lock(realm, renamed);
        refused(byEmail.signIn(renamed, "another-horse-2"), "another email");
    }

    @Test
    void T27_it_dies_with_the_realms_key_and_not_before() {
        try (TestRealm rotating = TestRealm.create(representation -> representation.put("failureFactor", 3))) {
            String email = user(rotating);
            Device device = Device.known(rotating, email);
            Device again = Device.known(rotating, email);
            ObjectNode old = rotating.get("/components?type=org.keycloak.keys.KeyProvider")
                    .expect(200)
                    .json()
                    .valueStream()
                    .filter(found -> found.path("config")
                            .path("algorithm")
                            .path(0)
                            .asText()
                            .equals("HS512"))
                    .map(ObjectNode.class::cast)
                    .findFirst()
                    .orElseThrow();
            ObjectNode newer = old.deepCopy();
            newer.remove("id");
            newer.put("name", "newer")
                    .withObject("/config")
                    .removeAll()
                    .putArray("priority")
                    .add("200");
            newer.withObject("/config").putArray("algorithm").add("HS512");
            rotating.post("/components", newer).expect(201);
            key(rotating, old, "active");
            Device.lock(rotating, email);
            device.signIn(email).expect(200);
            key(rotating, old, "enabled");
            device.signIn(email).expect(200);
            refused(again.signIn(email), "of the old key");
        }
    }

    private static void key(TestRealm of, ObjectNode provider, String notSo) {
        provider.withObject("/config").putArray(notSo).add("false");
        of.put("/components/" + provider.path("id").asText(), provider).expect(204);
    }

    @Test
    void it_dies_when_an_admin_logs_the_user_or_the_realm_out() {
        String email = user();
        Device device = Device.known(realm, email);
        realm.post("/users/" + realm.userId(email) + "/logout", Json.object()).expect(204);
        Device.lock(realm, email);
        refused(device.signIn(email));
        try (TestRealm other = TestRealm.create(representation -> representation.put("failureFactor", 3))) {
            Device there = Device.known(other, "jane@example.com");
            other.post("/logout-all", Json.object()).expect(200);
            Device.lock(other, "jane@example.com");
            refused(there.signIn("jane@example.com"));
        }
    }

    @Test
    void a_user_who_is_made_again_has_no_known_device() {
        String email = user();
        ObjectNode before = realm.user(realm.userId(email));
        String id = before.path("id").asText();
        Device device = Device.known(realm, email);
        realm.delete("/users/" + id).expect(204);
        ObjectNode again = Json.object("id", id, "username", email, "email", email, "enabled", true);
        again.put("firstName", "New").put("lastName", "User").put("emailVerified", true);
        again.putArray("credentials").add(Json.object("type", "password", "value", TestRealm.PASSWORD));
        ObjectNode users = Json.object("ifResourceExists", "FAIL");
        users.putArray("users").add(again);
        realm.post("/partialImport", users).expect(200);
        assertThat(realm.userId(email)).isEqualTo(id);
        access.signedIn(email);
        Device.lock(realm, email);
        refused(device.signIn(email));
    }

    // ---- locks that are not its business ----

    @Test
    void T32_a_disabled_user_stays_out() {
        String email = user();
        Device device = Device.known(realm, email);
        Device.lock(realm, email);
        device.signIn(email).expect(200);
        realm.updateUser(realm.userId(email), user -> user.put("enabled", false));
        refused(device.signIn(email));
        realm.updateUser(realm.userId(email), user -> user.put("enabled", true));
        Device.lock(realm, email);
        device.signIn(email).expect(200);
    }

    @Test
    void T32_a_user_who_is_locked_for_good_stays_out() {
        for (int lockouts : List.of(0, 1)) {
            try (TestRealm strict = TestRealm.create(representation -> representation
                    .put("failureFactor", 3)
                    .put("permanentLockout", true)
                    .put("maxTemporaryLockouts", lockouts))) {
                String email = user(strict);
                Device device = Device.known(strict, email);
                if (lockouts == 1) {
                    Device.lock(strict, email);
                    device.signIn(email).expect(200);
                    // counted for the user as a stranger's is, and once too often
                    refused(device.signIn(email, Device.WRONG));
                } else {
                    Access others = new Access(strict);
                    for (int i = 1; i <= 3; i++) {
                        int counted = i;
                        refused(others.signIn(email, Device.WRONG));
                        Poll.untilTrue(
                                "counted", Duration.ofSeconds(10), () -> Device.failures(strict, email) == counted);
                    }
                }
                Poll.untilTrue("locked for good", Duration.ofSeconds(10), () -> !strict.user(strict.userId(email))
                        .path("enabled")
                        .asBoolean());
                refused(device.signIn(email));
            }
        }
    }

    /** Each wrong one is a lockout more there: not an owner's three slips are to be what his attacker wants. */
    @Test
    void T32_in_a_realm_that_locks_for_good_a_device_has_one_wrong_try() {
        try (TestRealm strict = TestRealm.create(representation -> representation
                .put("failureFactor", 3)
                .put("permanentLockout", true)
                .put("maxTemporaryLockouts", 3))) {
            String email = user(strict);
            Device device = Device.known(strict, email);
            Device.lock(strict, email);
            device.signIn(email).expect(200);
            refused(device.signIn(email, Device.WRONG));
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(strict, email) == 4);
            refused(device.signIn(email, Device.WRONG));
            refused(device.signIn(email, Device.WRONG));
            refused(device.signIn(email));
            assertThat(Device.failures(strict, email)).isEqualTo(4);
            assertThat(strict.user(strict.userId(email)).path("enabled").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void it_is_off_where_a_realm_gives_no_tries_or_locks_nobody() {
        try (TestRealm off = TestRealm.create(representation -> representation
                .put("failureFactor", 3)
                .withObject("/attributes")
                .put("mint.known-devices.tries", "2"))) {
            Device device = Device.known(off, "jane@example.com");
            for (String value : List.of("0", "21", "some")) {
                off.realmAttribute("mint.known-devices.tries", value);
                assertThat(Device.deviceCookie(device.signIn("jane@example.com").expect(200)))
                        .as(value)
                        .isEmpty();
            }
            Device.lock(off, "jane@example.com");
            refused(device.signIn("jane@example.com"));
            off.realmAttribute("mint.known-devices.tries", null);
            device.signIn("jane@example.com").expect(200);
            off.updateRealm(representation -> representation.put("bruteForceProtected", false));
            assertThat(Device.deviceCookie(device.signIn("jane@example.com").expect(200)))
                    .isEmpty();
        }
    }

    @Test
    void T32_at_change_password_a_lock_is_a_lock() {
        String email = user();
        Device device = Device.known(realm, email);
        String bearer = Access.accessToken(access.signedIn(email));
        ObjectNode wrong = Json.object("current_password", Device.WRONG, "new_password", "another-horse-2");
        for (int i = 1; i <= 3; i++) {
            int counted = i;
            Access.refused(change(device, bearer, wrong), 401, "unauthorized");
            Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(realm, email) == counted);
        }
        Access.refused(
                change(
                        device,
                        bearer,
                        Json.object("current_password", TestRealm.PASSWORD, "new_password", "another-horse-2")),
                401,
                "unauthorized");
        device.signIn(email).expect(200);
    }

    private static Answer change(Device device, String bearer, ObjectNode body) {
        return device.with(access.post("change-password"))
                .header("Origin", Access.ORIGIN)
                .bearer(bearer)
                .json(body)
                .send();
    }

    // ---- guesses ----

    @Test
    void many_guesses_of_a_stolen_cookie_at_once_are_no_more_than_its_tries() throws Exception {
        String email = user();
        Device device = Device.known(realm, email);
        Device.lock(realm, email);
        String stolen = device.cookie();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Answer>> guesses = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                guesses.add(() -> new Device(realm, stolen).signIn(email, Device.WRONG));
            }
            for (Future<Answer> guess : threads.invokeAll(guesses)) {
                refused(guess.get());
            }
        } finally {
            threads.shutdownNow();
        }
        Poll.untilTrue("counted", Duration.ofSeconds(10), () -> Device.failures(realm, email) == 3 + 5);
        refused(new Device(realm, stolen).signIn(email));
        assertThat(Device.failures(realm, email)).isEqualTo(3 + 5);
    }

    @Test
    void T29_nobody_is_told_apart_by_a_refusal() {
        String email = user();
        Device device = Device.known(realm, email);
        String others = device.name() + "=" + Device.known(realm, user()).value();
        Device.lock(realm, email);
        Map<String, Answer> answers = new HashMap<>();
        answers.put("unknown", new Device(realm).signIn("u" + Random.name() + "@example.com"));
        answers.put("locked", new Device(realm).signIn(email));
        answers.put("locked, wrong", new Device(realm).signIn(email, Device.WRONG));
        answers.put("locked, another's cookie", new Device(realm, others).signIn(email));
        answers.put("locked, known, wrong", new Device(realm, device.cookie()).signIn(email, Device.WRONG));
        answers.put("another, known cookie", new Device(realm, device.cookie()).signIn(user(), Device.WRONG));
        Map<String, List<String>> expected = headers(answers.get("unknown"));
        answers.forEach((what, answer) -> {
            refused(answer, what);
            assertThat(headers(answer)).as(what).isEqualTo(expected);
        });
    }

    @Test
    void T29_a_refusal_comes_on_the_same_beat_whatever_cookie_is_sent() {
        String email = user();
        Device device = Device.known(realm, email);
        Map<String, String> cookies = new LinkedHashMap<>();
        cookies.put("none", null);
        cookies.put(
                "another's", device.name() + "=" + Device.known(realm, user()).value());
        cookies.put("garbage", device.name() + "=" + String.join(".", Collections.nCopies(8, "A".repeat(75))));
        cookies.put("its own", device.cookie());
        Device.lock(realm, email);
        Map<String, List<Long>> beats = new LinkedHashMap<>();
        // in turn, so that a moment in which the machine is busy is everybody's
        for (int i = 0; i < 5; i++) {
            cookies.forEach((what, cookie) ->
                    beats.computeIfAbsent(what, ignored -> new ArrayList<>()).add(beat(email, cookie)));
        }
        beats.values().forEach(Collections::sort);
        assertThat(beats.values())
                .as(beats.toString())
                .extracting(sorted -> sorted.get(2))
                .containsOnly(1L);
    }

    /** Half seconds until the refusal. */
    private static long beat(String email, String cookie) {
        Http call = new Device(realm, cookie)
                .with(access.post("sign-in"))
                .header("Origin", Access.ORIGIN)
                .json(Access.credentials(email, Device.WRONG).put("csrf_token", access.csrfToken(Access.ORIGIN)));
        long started = System.nanoTime();
        refused(call.send());
        return Duration.ofNanos(System.nanoTime() - started).toMillis() / 500;
    }

    private static Map<String, List<String>> headers(Answer answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers());
        headers.remove("date");
        return headers;
    }

    @Test
    void Keycloaks_own_doors_for_admins_see_the_lock_as_it_is() {
        String email = user();
        Device device = Device.known(realm, email);
        Device.lock(realm, email);
        device.signIn(email).expect(200);
        assertThat(Device.locked(realm, email)).isTrue();
        assertThat(device.with(Http.get(realm.adminUrl("/attack-detection/brute-force/users/" + realm.userId(email))))
                        .send()
                        .status())
                .isEqualTo(401);
    }
}
