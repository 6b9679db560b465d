package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.kernel.keycloak.Refreshes.Pair;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Refresh tokens that rotate, at Keycloak's own token endpoint. */
class RefreshRotationIT {

    private static TestRealm realm;
    private static Refreshes refreshes;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(Refreshes::introspectable);
        refreshes = new Refreshes(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @AfterEach
    void asShipped() {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, null);
    }

    private static void leeway(int seconds) {
        realm.clientAttribute(Refreshes.CLIENT, Refreshes.LEEWAY, Integer.toString(seconds));
    }

    @Test
    void each_refresh_brings_a_new_refresh_token_of_the_same_session() {
        Pair tokens = refreshes.signIn();
        String session = Jwt.payload(tokens.access()).path("sid").asText();
        for (int i = 0; i < 5; i++) {
            Pair next = Pair.of(refreshes.refresh(tokens.refresh()));
            assertThat(Jwt.payload(next.refresh()).path("jti"))
                    .isNotEqualTo(Jwt.payload(tokens.refresh()).path("jti"));
            assertThat(Jwt.payload(next.access()).path("sid").asText()).isEqualTo(session);
            assertThat(Jwt.payload(next.refresh()).path("scope"))
                    .isEqualTo(Jwt.payload(tokens.refresh()).path("scope"));
            refreshes.alive(next);
            tokens = next;
        }
    }

    @Test
    void two_sign_ins_are_two_families() {
        Pair first = refreshes.signIn();
        Pair second = refreshes.signIn();
        Pair.of(refreshes.refresh(first.refresh()));
        Refreshes.refused(refreshes.refresh(first.refresh()));
        refreshes.dead(first);
        refreshes.alive(Pair.of(refreshes.refresh(second.refresh())));
    }

    @Test
    void within_the_leeway_the_token_just_replaced_fetches_the_same_successor() {
        leeway(60);
        Pair first = refreshes.signIn();
        Pair second = Pair.of(refreshes.refresh(first.refresh()));
        for (int i = 0; i < 3; i++) {
            Pair again = Pair.of(refreshes.refresh(first.refresh()));
            assertThat(again.refresh()).isEqualTo(second.refresh());
            refreshes.alive(again);
        }
        Pair third = Pair.of(refreshes.refresh(second.refresh()));
        assertThat(Pair.of(refreshes.refresh(second.refresh())).refresh()).isEqualTo(third.refresh());
        refreshes.alive(third);
    }

    @Test
    void within_the_leeway_all_of_twenty_parallel_calls_get_one_successor() throws Exception {
        leeway(30);
        Pair first = refreshes.signIn();
        List<Answer> answers = Refreshes.inParallel(20, i -> refreshes.refresh(first.refresh()));
        assertThat(answers.stream().map(Answer::status)).containsOnly(200);
        assertThat(answers.stream().map(answer -> Pair.of(answer).refresh()).collect(Collectors.toSet()))
                .hasSize(1);
        Pair last = Pair.of(answers.get(0));
        refreshes.alive(Pair.of(refreshes.refresh(last.refresh())));
    }

    @Test
    void a_chain_ends_with_its_session_and_no_token_outlives_it() {
        String shipped = realm.client(Refreshes.CLIENT)
                .path("attributes")
                .path("client.session.max.lifespan")
                .asText();
        realm.clientAttribute(Refreshes.CLIENT, "client.session.max.lifespan", "12");
        try {
            Pair tokens = refreshes.signIn();
            long end = Jwt.payload(tokens.refresh()).path("iat").asLong() + 12;
            Pair[] newest = {tokens};
            assertThat(Jwt.payload(tokens.refresh()).path("exp").asLong()).isLessThanOrEqualTo(end);
            Poll.untilTrue("the session's end", Duration.ofSeconds(20), () -> {
                Answer answer = refreshes.refresh(newest[0].refresh());
                if (answer.status() != 200) {
                    Refreshes.refused(answer);
                    return true;
                }
                newest[0] = Pair.of(answer);
                assertThat(Jwt.payload(newest[0].refresh()).path("exp").asLong())
                        .isLessThanOrEqualTo(end);
                return false;
            });
            assertThat(System.currentTimeMillis() / 1000).isBetween(end - 1, end + 2);
            refreshes.dead(newest[0]);
        } finally {
            realm.clientAttribute(Refreshes.CLIENT, "client.session.max.lifespan", shipped);
        }
    }

    @Test
    void a_client_without_the_attribute_or_with_false_keeps_keycloaks_own_behaviour() {
        for (String value : new String[] {null, "false"}) {
            realm.clientAttribute(Refreshes.CLIENT, "mint.refresh.rotate", value);
            try {
                Pair tokens = refreshes.signIn();
                Pair.of(refreshes.refresh(tokens.refresh()));
                refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
            } finally {
                realm.clientAttribute(Refreshes.CLIENT, "mint.refresh.rotate", "true");
            }
        }
    }

    @Test
    void tokens_from_before_the_client_rotated_go_on_and_rotate() {
        realm.clientAttribute(Refreshes.CLIENT, "mint.refresh.rotate", null);
        Pair old = refreshes.signIn();
        realm.clientAttribute(Refreshes.CLIENT, "mint.refresh.rotate", "true");
        Pair next = Pair.of(refreshes.refresh(old.refresh()));
        Pair after = Pair.of(refreshes.refresh(next.refresh()));
        refreshes.alive(after);
        Refreshes.refused(refreshes.refresh(old.refresh()));
        refreshes.dead(after);
    }

    @Test
    void offline_tokens_rotate_as_well() {
        for (JsonNode scope : realm.get("/client-scopes").expect(200).json()) {
            if (scope.path("name").asText().equals("offline_access")) {
                String client = realm.clientUuid(Refreshes.CLIENT);
                realm.put(
                                "/clients/" + client + "/optional-client-scopes/"
                                        + scope.path("id").asText(),
                                Json.object())
                        .expect(204);
            }
        }
        Pair offline = refreshes.signIn("openid offline_access");
        assertThat(Jwt.payload(offline.refresh()).path("typ").asText()).isEqualTo("Offline");
        Pair next = Pair.of(refreshes.refresh(offline.refresh()));
        refreshes.alive(next);
        Pair after = Pair.of(refreshes.refresh(next.refresh()));
        Refreshes.refused(refreshes.refresh(offline.refresh()));
        refreshes.dead(after);
    }

    @Test
    void keycloaks_own_rotation_of_the_realm_may_be_on_as_well() {
        realm.updateRealm(settings -> settings.put("revokeRefreshToken", true).put("refreshTokenMaxReuse", 0));
        try {
            Pair first = refreshes.signIn();
            Pair second = Pair.of(refreshes.refresh(first.refresh()));
            Pair third = Pair.of(refreshes.refresh(second.refresh()));
            refreshes.alive(third);
            Refreshes.refused(refreshes.refresh(second.refresh()));
            refreshes.dead(third);
        } finally {
            realm.updateRealm(settings -> settings.put("revokeRefreshToken", false));
        }
    }

    @Test
    void a_refresh_that_fails_uses_nothing_up() {
        Pair tokens = refreshes.signIn();
        realm.updateUser(realm.userId(Refreshes.USER), user -> user.put("enabled", false));
        try {
            Refreshes.refused(refreshes.refresh(tokens.refresh()));
        } finally {
            realm.updateUser(realm.userId(Refreshes.USER), user -> user.put("enabled", true));
        }
        refreshes.alive(Pair.of(refreshes.refresh(tokens.refresh())));
    }

    @Test
    void a_bound_token_of_a_public_client_rotates_with_its_key_alone() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        Map<String, String> password = new HashMap<>(Map.of(
                "grant_type",
                "password",
                "username",
                Refreshes.USER,
                "password",
                TestRealm.PASSWORD,
                "scope",
                "openid"));
        Pair first = Pair.of(bound(key, password));
        assertThat(Jwt.payload(first.refresh()).path("cnf").path("jkt").asText())
                .isEqualTo(key.computeThumbprint().toString());
        Refreshes.refused(refreshes.refresh(first.refresh()));
        Refreshes.refused(bound(new ECKeyGenerator(Curve.P_256).generate(), refresh(first)));
        Pair second = Pair.of(bound(key, refresh(first)));
        assertThat(Jwt.payload(second.refresh()).path("cnf"))
                .isEqualTo(Jwt.payload(first.refresh()).path("cnf"));
        Pair third = Pair.of(bound(key, refresh(second)));
        Refreshes.refused(bound(key, refresh(second)));
        Refreshes.refused(bound(key, refresh(third)));
    }

    private static Map<String, String> refresh(Pair tokens) {
        return Map.of("grant_type", "refresh_token", "refresh_token", tokens.refresh());
    }

    private static Answer bound(ECKey key, Map<String, String> fields) throws Exception {
        URI endpoint = realm.url("/protocol/openid-connect/token");
        SignedJWT proof = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                new JWTClaimsSet.Builder()
                        .jwtID(UUID.randomUUID().toString())
                        .claim("htm", "POST")
                        .claim("htu", endpoint.toString())
                        .issueTime(new Date())
                        .build());
        proof.sign(new ECDSASigner(key));
        Map<String, String> all = new HashMap<>(fields);
        all.put("client_id", Refreshes.CLIENT);
        return Http.post(endpoint).header("DPoP", proof.serialize()).form(all).send();
    }
}
