package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code POST /auth/sign-out}: 204 whatever is sent, and what is sent ends (contract section 6). */
class SignOutIT {

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

    @Test
    void the_session_of_the_refresh_token_ends_and_its_access_token_with_it() {
        for (String member : List.of("refresh_token", "refreshToken")) {
            String email = "out-" + Random.name() + "@example.com";
            String id = realm.createUser(email, user -> {});
            JsonNode session = access.signedIn(email);
            JsonNode other = access.signedIn(email);
            assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(200);
            Answer out = access.post("sign-out", Json.object(member, Access.refreshToken(session)));
            assertThat(out.status()).isEqualTo(204);
            assertThat(out.body()).isEmpty();
            assertThat(realm.userinfo(Access.accessToken(session)).status()).isEqualTo(401);
            Access.refused(access.refresh(Access.refreshToken(session)), 401, "unauthorized");
            access.refresh(Access.refreshToken(other)).expect(200);
            assertThat(realm.events("LOGOUT").stream()
                            .filter(event -> event.path("userId").asText().equals(id)))
                    .hasSize(1);
            // again: the same answer
            access.post("sign-out", Json.object(member, Access.refreshToken(session)))
                    .expect(204);
        }
    }

    @Test
    void a_page_of_the_client_signs_out() {
        JsonNode session = access.signedIn("jane@example.com");
        Answer out = access.post("sign-out")
                .header("Origin", Access.ORIGIN)
                .json(Json.object("refresh_token", Access.refreshToken(session)))
                .send()
                .expect(204);
        assertThat(out.headers("access-control-allow-origin")).containsExactly(Access.ORIGIN);
        Access.refused(access.refresh(Access.refreshToken(session)), 401, "unauthorized");
    }

    @Test
    void whatever_is_sent_the_answer_is_204() {
        int events = realm.events("LOGOUT", "LOGOUT_ERROR").size();
        JsonNode session = access.signedIn("jane@example.com");
        for (String body : List.of(
                "",
                " ",
                "{",
                "[]",
                "null",
                "{}",
                "{\"refresh_token\":1}",
                "{\"refresh_token\":null}",
                "{\"refresh_token\":\"\"}",
                "{\"refresh_token\":\"x\"}",
                "{\"refresh_token\":\"eyJhbGciOiJIUzI1NiJ9.bnVsbA.AA\"}",
                "{\"a\":1,\"a\":2}",
                Json.text(Json.object("refresh_token", Access.accessToken(session))))) {
            assertThat(access.post("sign-out").json(body).send().status())
                    .as(body)
                    .isEqualTo(204);
        }
        assertThat(realm.events("LOGOUT", "LOGOUT_ERROR")).hasSize(events);
        access.refresh(Access.refreshToken(session)).expect(200);
        Access.refused(access.post("sign-out").json("{".repeat(70_000)).send(), 413, "payload_too_large");
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
            Access.refused(
                    Http.request(method, realm.url("/auth/sign-out")).json("{}").send(), 405, "method_not_allowed");
        }
    }

    @Test
    void another_realms_token_ends_nothing() {
        try (TestRealm other = TestRealm.create()) {
            JsonNode session = new Access(other).signedIn("jane@example.com");
            access.post("sign-out", Json.object("refresh_token", Access.refreshToken(session)))
                    .expect(204);
            new Access(other).refresh(Access.refreshToken(session)).expect(200);
        }
    }

    @Test
    void a_client_that_was_disabled_since_can_still_be_signed_out_of() {
        try (TestRealm other = TestRealm.create()) {
            Access app = new Access(other);
            String email = "out-" + Random.name() + "@example.com";
            String id = other.createUser(email, user -> {});
            JsonNode session = app.signedIn(email);
            other.updateClient(Access.CLIENT, client -> client.put("enabled", false));
            app.post("sign-out", Json.object("refresh_token", Access.refreshToken(session)))
                    .expect(204);
            assertThat(other.get("/users/" + id + "/sessions").json()).isEmpty();
        }
    }

    @Test
    void a_session_whose_tokens_are_bound_to_a_key_ends_without_it() throws Exception {
        String email = "out-" + Random.name() + "@example.com";
        String id = realm.createUser(email, user -> {});
        JsonNode session = access.post("sign-in")
                .header("DPoP", proof())
                .json(Access.credentials(email, TestRealm.PASSWORD))
                .send()
                .expect(200)
                .json();
        assertThat(session.path("tokens").path("token_type").asText()).isEqualTo("DPoP");
        access.post("sign-out", Json.object("refresh_token", Access.refreshToken(session)))
                .expect(204);
        assertThat(realm.get("/users/" + id + "/sessions").expect(200).json()).isEmpty();
    }

    /** Of a fresh key (RFC 9449 section 4.2). */
    private static String proof() throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        SignedJWT proof = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                new JWTClaimsSet.Builder()
                        .jwtID(Random.name())
                        .issueTime(new Date())
                        .claim("htm", "POST")
                        .claim("htu", realm.url("/auth/sign-in").toString())
                        .build());
        proof.sign(new ECDSASigner(key));
        return proof.serialize();
    }
}
