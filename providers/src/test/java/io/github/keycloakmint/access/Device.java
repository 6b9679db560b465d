package io.github.keycloakmint.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.Optional;

/** A browser with an app's page in it, as far as its device cookie goes; and what a realm says of locks. */
final class Device {

    static final String WRONG = "wrong-horse-1";
    static final String PREFIX = "__Secure-mint-device-";

    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestRealm realm;
    private final Access access;
    private String cookie;

    Device(TestRealm realm) {
        this(realm, null);
    }

    /** @param cookie name and value; null for none */
    Device(TestRealm realm, String cookie) {
        this.realm = realm;
        this.access = new Access(realm);
        this.cookie = cookie;
    }

    /** One that {@code email} has signed in with. */
    static Device known(TestRealm realm, String email) {
        Device device = new Device(realm);
        device.signIn(email).expect(200);
        return device;
    }

    Answer signIn(String email) {
        return signIn(email, TestRealm.PASSWORD);
    }

    Answer signIn(String email, String password) {
        return signIn(Access.credentials(email, password));
    }

    Answer signIn(ObjectNode body) {
        String client = body.path("client_id").asText();
        String token = access.csrf(client, Access.ORIGIN)
                .expect(200)
                .json()
                .path("csrf_token")
                .asText();
        Answer answer = with(access.post("sign-in"))
                .header("Origin", Access.ORIGIN)
                .json(body.put("csrf_token", token))
                .send();
        deviceCookie(answer).ifPresent(set -> {
            cookie = set.split(";", 2)[0];
            Secrets.remember(value());
        });
        return answer;
    }

    /** {@code call} with the cookie, whoever makes it. */
    Http with(Http call) {
        return cookie == null ? call : call.header("Cookie", cookie);
    }

    /** Name and value. */
    String cookie() {
        return cookie;
    }

    String name() {
        return cookie.substring(0, cookie.indexOf('='));
    }

    String value() {
        return cookie.substring(cookie.indexOf('=') + 1);
    }

    static Optional<String> deviceCookie(Answer answer) {
        return answer.headers("set-cookie").stream()
                .filter(set -> set.startsWith(PREFIX))
                .findFirst();
    }

    static int failures(TestRealm realm, String email) {
        return realm.get("/attack-detection/brute-force/users/" + realm.userId(email))
                .expect(200)
                .json()
                .path("numFailures")
                .asInt();
    }

    static boolean locked(TestRealm realm, String email) {
        return realm.get("/attack-detection/brute-force/users/" + realm.userId(email))
                .expect(200)
                .json()
                .path("disabled")
                .asBoolean();
    }

    /** Strangers try until {@code email} is locked, in a realm that locks after three. */
    static void lock(TestRealm realm, String email) {
        Access stranger = new Access(realm);
        for (int already = failures(realm, email); already < 3; already++) {
            int before = already;
            Access.refused(stranger.signIn(email, WRONG), 401, "unauthorized");
            Poll.untilTrue("the failure is counted", SOON, () -> failures(realm, email) > before);
        }
        Poll.untilTrue("locked", SOON, () -> locked(realm, email));
    }
}
