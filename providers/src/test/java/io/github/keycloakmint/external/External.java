package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.DemoKeys;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.security.KeyPair;
import java.time.Instant;
import java.util.function.Consumer;

/** The other system, in tests: signs JWTs about its users and sends them to a realm. */
final class External {

    static final String ORIGIN = "https://app.inbox-manager.com";
    static final String COOKIE = "replyke-refresh-jwt";

    private final TestRealm realm;

    External(TestRealm realm) {
        this.realm = realm;
    }

    /** The payload of the seed's user, valid for five minutes; {@code changes} may break it. */
    static ObjectNode claims(String foreignId, Consumer<ObjectNode> changes) {
        long now = Instant.now().getEpochSecond();
        ObjectNode claims = Json.object("iss", "demo", "sub", foreignId, "iat", now, "exp", now + 300);
        changes.accept(claims);
        return claims;
    }

    static ObjectNode claims(String foreignId) {
        return claims(foreignId, claims -> {});
    }

    /** Signed by the project's current key. */
    static String sign(JsonNode claims) {
        return sign(claims, "EXTERNAL", header -> {});
    }

    /** @param key name of one of the demo's keys */
    static String sign(JsonNode claims, String key, Consumer<JWSHeader.Builder> header) {
        return sign(claims, DemoKeys.pair(key), header);
    }

    static String sign(JsonNode claims, KeyPair key, Consumer<JWSHeader.Builder> header) {
        try {
            JWSHeader.Builder builder = new JWSHeader.Builder(JWSAlgorithm.RS256).type(JOSEObjectType.JWT);
            header.accept(builder);
            JWSObject jws = new JWSObject(builder.build(), new Payload(Json.text(claims)));
            jws.sign(new RSASSASigner(key.getPrivate()));
            return Secrets.remember(jws.serialize());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String freshId() {
        return "user_" + Random.name();
    }

    Http post(String path) {
        return Http.post(realm.url("/auth/" + path));
    }

    Answer verify(String userJwt) {
        return post("verify-external-user")
                .json(Json.object("userJwt", userJwt))
                .send();
    }

    /** As a page of an allowed origin does. */
    Answer verifyFromPage(String userJwt) {
        return post("verify-external-user")
                .header("Origin", ORIGIN)
                .json(Json.object("userJwt", userJwt))
                .send();
    }

    JsonNode signedIn(String userJwt) {
        JsonNode answer = verify(userJwt).expect(200).json();
        Secrets.remember(answer.path("accessToken").asText());
        Secrets.remember(answer.path("refreshToken").asText());
        return answer;
    }

    Answer refresh(String refreshToken) {
        return post("request-new-access-token")
                .json(Json.object("refreshToken", refreshToken))
                .send();
    }
}
