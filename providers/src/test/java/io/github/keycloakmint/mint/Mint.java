package io.github.keycloakmint.mint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** Calls token-for-email of a test's realm the way callers do. */
final class Mint {

    static final String SECRET_HEADER = "X-Tribe-Service-Secret";
    static final String NO_SUCH_USER =
            "{\"error\":{\"status\":404,\"code\":\"NOT_FOUND\",\"message\":\"No user with that email on this platform\"}}";
    static final String UNAUTHORIZED =
            "{\"error\":{\"status\":401,\"code\":\"UNAUTHORIZED\",\"message\":\"Invalid service secret\"}}";

    private final TestRealm realm;

    /** Waits until the server has seen the realm's claim to its platform id, which may take two seconds. */
    Mint(TestRealm realm) {
        this.realm = realm;
        Poll.untilTrue(
                "platform " + realm.platformId(),
                Duration.ofSeconds(15),
                () -> mint("jane@example.com").status() == 200);
    }

    URI uri() {
        return realm.url("/api/auth/token-for-email");
    }

    ObjectNode body(String email) {
        return io.github.keycloakmint.testbed.Json.object("email", email, "platformId", realm.platformId());
    }

    /** By the shared secret. */
    Answer mint(String email) {
        return send(body(email));
    }

    Answer mint(String email, Consumer<ObjectNode> change) {
        ObjectNode body = body(email);
        change.accept(body);
        return send(body);
    }

    Answer send(Object body) {
        return withSecret().json(body).send();
    }

    Http withSecret() {
        return Http.post(uri()).header(SECRET_HEADER, realm.server().secrets().current());
    }

    /** By a client of its own, with client_secret_basic. */
    Answer mintAs(String clientId, String email, Consumer<ObjectNode> change) {
        ObjectNode body = body(email);
        change.accept(body);
        return Http.post(uri())
                .basic(clientId, realm.clientSecret(clientId))
                .json(body)
                .send();
    }

    String token(String email) {
        return mint(email).expect(200).json().path("accessToken").asText();
    }

    boolean active(String token) {
        return realm.introspect("introspector", token)
                .expect(200)
                .json()
                .path("active")
                .asBoolean();
    }
}
