package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Sign-ins and refreshes of the demo's rotating client at Keycloak's own token endpoint. */
final class Refreshes {

    static final String CLIENT = "cid_inbox_manager";
    static final String USER = "jane@example.com";
    static final String LEEWAY = "mint.refresh.leeway";

    /** What a token endpoint issued. */
    record Pair(String access, String refresh) {

        static Pair of(Answer answer) {
            JsonNode json = answer.expect(200).json();
            return new Pair(
                    json.path("access_token").asText(),
                    json.path("refresh_token").asText());
        }
    }

    final TestRealm realm;
    private final String introspectorSecret;

    Refreshes(TestRealm realm) {
        this.realm = realm;
        this.introspectorSecret = realm.clientSecret("introspector");
    }

    /**
     * The introspector is told of the client's tokens only where it is their audience; and brute force protection takes
     * sign-ins of one user that follow each other closely for an attack.
     */
    static void introspectable(ObjectNode settings) {
        settings.put("bruteForceProtected", false);
        for (JsonNode client : settings.withArray("/clients")) {
            if (client.path("clientId").asText().equals(CLIENT)) {
                ((ObjectNode) client)
                        .withArray("/protocolMappers")
                        .add(Json.object(
                                "name",
                                "audience of the introspector",
                                "protocol",
                                "openid-connect",
                                "protocolMapper",
                                "oidc-audience-mapper",
                                "config",
                                Map.of("included.client.audience", "introspector", "access.token.claim", "true")));
            }
        }
    }

    Pair signIn() {
        return signIn("openid");
    }

    Pair signIn(String scope) {
        return Pair.of(realm.token(
                CLIENT,
                Map.of("grant_type", "password", "username", USER, "password", TestRealm.PASSWORD, "scope", scope)));
    }

    Answer refresh(String token) {
        return refreshAt(realm.server(), token);
    }

    Answer refreshAt(KeycloakServer node, String token) {
        return Http.post(node.url("/realms/" + realm.name() + "/protocol/openid-connect/token"))
                .form(Map.of("grant_type", "refresh_token", "client_id", CLIENT, "refresh_token", token))
                .send();
    }

    boolean active(String access) {
        return activeAt(realm.server(), access);
    }

    boolean activeAt(KeycloakServer node, String access) {
        return Http.post(node.url("/realms/" + realm.name() + "/protocol/openid-connect/token/introspect"))
                .basic("introspector", introspectorSecret)
                .form(Map.of("token", access))
                .send()
                .expect(200)
                .json()
                .path("active")
                .asBoolean();
    }

    void alive(Pair tokens) {
        assertThat(realm.userinfo(tokens.access()).status()).isEqualTo(200);
        assertThat(active(tokens.access())).isTrue();
    }

    /** Neither its access token works, nor its refresh token. */
    void dead(Pair tokens) {
        assertThat(active(tokens.access())).isFalse();
        assertThat(realm.userinfo(tokens.access()).status()).isEqualTo(401);
        refused(refresh(tokens.refresh()));
    }

    static void refused(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid_grant");
        assertThat(answer.body()).doesNotContain("_token\"");
    }

    /** All at once, each on a thread of its own. */
    static List<Answer> inParallel(int count, IntFunction<Answer> call) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                answers.add(pool.submit(() -> {
                    go.await();
                    return call.apply(number);
                }));
            }
            go.countDown();
            List<Answer> all = new ArrayList<>();
            for (Future<Answer> answer : answers) {
                all.add(answer.get());
            }
            return all;
        } finally {
            pool.shutdownNow();
        }
    }

    /** At most one of the answers has tokens, and those are dead. */
    void atMostOneAndDead(List<Answer> answers) {
        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isIn(200, 400));
        List<Answer> answered =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(answered).hasSizeLessThanOrEqualTo(1);
        answers.stream().filter(answer -> answer.status() == 400).forEach(Refreshes::refused);
        answered.forEach(answer -> dead(Pair.of(answer)));
    }
}
