package io.github.keycloakmint.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The runbook of a key's rotation, step by step, while a resource server that asks for the keys as seldom as it may verifies
 * every token that has not expired. On a server of its own, where what is published may be kept for two seconds.
 */
@Tag("once")
class KeyRotationIT {

    private static final String PATH = "/.well-known/jwks.json";
    private static final int MAX_AGE = 2;
    private static final int TOKEN_LIFE = 4;

    private static KeycloakServer server;

    @BeforeAll
    static void start() {
        server = Servers.start(ServerOptions.forTests()
                .with("--spi-mint-capability--jwks--max-age", Integer.toString(MAX_AGE))
                .with("--spi-mint-capability--root--default-realm", "home-of-keys"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A stock library, and a cache that keeps the keys for max-age and never asks before, whatever key a token names. */
    private static final class ResourceServer {
        private static final Pattern MAX_AGE_OF = Pattern.compile("public, max-age=(\\d+)");

        private final URI jwks;
        private JWKSet keys;
        private long until;

        ResourceServer(URI jwks) {
            this.jwks = jwks;
        }

        private JWK key(String kid) throws ParseException {
            if (keys == null || System.nanoTime() >= until) {
                Answer answer = Http.get(jwks).send().expect(200);
                Matcher age = MAX_AGE_OF.matcher(answer.header("Cache-Control").orElseThrow());
                assertThat(age.matches()).isTrue();
                keys = JWKSet.parse(answer.body());
                until = System.nanoTime()
                        + Duration.ofSeconds(Integer.parseInt(age.group(1))).toNanos();
            }
            return keys.getKeyByKeyId(kid);
        }

        boolean accepts(String token) {
            try {
                SignedJWT jwt = SignedJWT.parse(token);
                JWK key = key(jwt.getHeader().getKeyID());
                return key != null && jwt.verify(new RSASSAVerifier(key.toRSAKey()));
            } catch (ParseException | JOSEException e) {
                throw new AssertionError(e);
            }
        }

        static String kid(String token) {
            try {
                return SignedJWT.parse(token).getHeader().getKeyID();
            } catch (ParseException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Issues a token again and again, and has every one that lives verified each time. */
    private static final class Traffic {
        private final TestRealm realm;
        private final ResourceServer resourceServer;
        private final Deque<Map.Entry<Long, String>> alive = new ArrayDeque<>();
        private int verified;

        Traffic(TestRealm realm, ResourceServer resourceServer) {
            this.realm = realm;
            this.resourceServer = resourceServer;
        }

        String issue() {
            String token = realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD);
            alive.add(
                    Map.entry(System.nanoTime() + Duration.ofSeconds(TOKEN_LIFE).toNanos(), token));
            while (alive.getFirst().getKey() < System.nanoTime()) {
                alive.removeFirst();
            }
            alive.forEach(entry -> {
                assertThat(resourceServer.accepts(entry.getValue())).isTrue();
                verified++;
            });
            return token;
        }

        void goOnFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            Poll.untilTrue("time goes by", time.plusSeconds(30), () -> {
                issue();
                return System.nanoTime() > end;
            });
        }
    }

    @Test
    void publish_sign_retire_with_tokens_in_flight_verifying_throughout() {
        try (TestRealm realm = TestRealm.create(server, "demo-realm.json", KeyRotationIT::manySignIns)) {
            realm.clientAttribute("cid_inbox_manager", "access.token.lifespan", Integer.toString(TOKEN_LIFE));
            Keys keys = new Keys(realm);
            Traffic traffic = new Traffic(realm, new ResourceServer(realm.url(PATH)));
            String old = keys.signing("RS256");
            String oldKid = ResourceServer.kid(traffic.issue());

            // 1. publish: the new key is in the set and signs nothing
            String fresh = keys.add("rsa-generated", "RS256", 200, false);
            assertThat(ResourceServer.kid(traffic.issue())).isEqualTo(oldKid);
            // 2. wait for max-age: then everybody has it
            traffic.goOnFor(Duration.ofSeconds(MAX_AGE + 1));
            // 3. sign
            keys.set(fresh, "active", "true");
            String freshKid = ResourceServer.kid(traffic.issue());
            assertThat(freshKid).isNotEqualTo(oldKid);
            // 4. the old one signs no more, and is still published for the tokens in flight
            keys.set(old, "active", "false");
            assertThat(published(realm)).contains(oldKid, freshKid);
            traffic.goOnFor(Duration.ofSeconds(TOKEN_LIFE + 1));
            // 5. retire, and 6. delete
            keys.set(old, "enabled", "false");
            assertThat(published(realm)).contains(freshKid).doesNotContain(oldKid);
            traffic.goOnFor(Duration.ofSeconds(MAX_AGE + 1));
            keys.delete(old);
            traffic.goOnFor(Duration.ofSeconds(1));
            assertThat(ResourceServer.kid(traffic.issue())).isEqualTo(freshKid);
            assertThat(traffic.verified).isGreaterThan(50);
        }
    }

    @Test
    void a_key_that_signs_before_everybody_can_have_it_is_what_the_wait_is_for() {
        try (TestRealm realm = TestRealm.create(server, "demo-realm.json", KeyRotationIT::manySignIns)) {
            String before = published(realm);
            new Keys(realm).add("rsa-generated", "RS256", 200, true);
            String early = realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD);
            assertThat(before).doesNotContain(ResourceServer.kid(early));
            assertThat(new ResourceServer(realm.url(PATH)).accepts(early)).isTrue();
        }
    }

    @Test
    void the_root_serves_the_default_realms_keys() {
        Admin admin = Admin.of(server);
        assertThat(Http.get(server.url(PATH)).send().status()).isEqualTo(404);
        admin.post("/admin/realms", Json.object("realm", "home-of-keys", "enabled", true))
                .expect(201);
        Answer answer = Http.get(server.url(PATH)).send().expect(200);
        assertThat(answer.json())
                .isEqualTo(Http.get(server.url("/realms/home-of-keys/protocol/openid-connect/certs"))
                        .send()
                        .json());
        assertThat(answer.headers("Cache-Control")).containsExactly("public, max-age=" + MAX_AGE);
        assertThat(Http.get(server.url(PATH))
                        .header("If-None-Match", answer.header("ETag").orElseThrow())
                        .send()
                        .status())
                .isEqualTo(304);
        assertThat(Http.post(server.url(PATH)).json(Json.object()).send().status())
                .isEqualTo(405);
        for (String path : new String[] {"/.well-known/jwks.json/", "/.well-known/jwks.jsonx", "/.well-known/other"}) {
            assertThat(Http.get(server.url(path)).send().status()).as(path).isEqualTo(404);
        }
    }

    /** Brute force protection takes sign-ins of one user that follow each other closely for an attack. */
    private static void manySignIns(ObjectNode settings) {
        settings.put("bruteForceProtected", false);
    }

    private static String published(TestRealm realm) {
        return Http.get(realm.url(PATH)).send().expect(200).body();
    }
}
