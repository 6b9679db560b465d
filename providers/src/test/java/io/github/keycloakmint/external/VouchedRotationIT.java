package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sessions on an identity provider's word whose client rotates: voucher (T25) and rotation both hold, at every door. */
@Tag("once")
class VouchedRotationIT {

    private static final String CLIENT = "cid_inbox_manager";
    private static final String GOOGLE = "/identity-provider/instances/google";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String signIn() {
        ObjectNode claims = External.claims(External.freshId(), it -> it.put("iss", "https://accounts.google.com")
                .put("aud", "demo-google-client"));
        String idToken = External.sign(claims, "SOCIAL", header -> {});
        JsonNode session = Http.post(realm.url("/auth/google"))
                .json(Json.object("id_token", idToken, "client_id", CLIENT))
                .send()
                .expect(200)
                .json();
        return session.path("tokens").path("refresh_token").asText();
    }

    private static Answer refresh(String token) {
        return realm.token(CLIENT, Map.of("grant_type", "refresh_token", "refresh_token", token));
    }

    private static String refreshed(String token) {
        return refresh(token).expect(200).json().path("refresh_token").asText();
    }

    private static void refused(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid_grant");
    }

    private static void enabled(String provider, boolean enabled) {
        ObjectNode representation = (ObjectNode) realm.get(provider).expect(200).json();
        realm.put(provider, representation.put("enabled", enabled)).expect(204);
    }

    @Test
    void it_rotates_and_a_used_token_ends_it() {
        String first = signIn();
        String second = refreshed(first);
        String third = refreshed(second);
        refused(refresh(second));
        refused(refresh(third));
    }

    @Test
    void it_is_refused_while_its_provider_is_disabled_and_that_uses_nothing_up() {
        String token = refreshed(signIn());
        enabled(GOOGLE, false);
        try {
            refused(refresh(token));
        } finally {
            enabled(GOOGLE, true);
        }
        refreshed(refreshed(token));
    }

    @Test
    void a_client_of_external_users_that_rotates_does_so_at_the_bundles_own_door() {
        realm.clientAttribute("external-users", "mint.refresh.rotate", "true");
        try {
            External external = new External(realm);
            String first = external.signedIn(External.sign(External.claims(External.freshId())))
                    .path("refreshToken")
                    .asText();
            external.refresh(first).expect(200);
            // this door rolls back what it refuses, and the family is ended all the same
            Answer again = external.refresh(first);
            assertThat(again.status()).isEqualTo(403);
            assertThat(again.json().path("code").asText()).isEqualTo("auth/refresh-token-invalid");
        } finally {
            realm.clientAttribute("external-users", "mint.refresh.rotate", "false");
        }
    }

    @Test
    void the_end_of_a_family_outlives_the_rollback_of_the_refusal() {
        realm.clientAttribute("external-users", "mint.refresh.rotate", "true");
        try {
            External external = new External(realm);
            String first = external.signedIn(External.sign(External.claims(External.freshId())))
                    .path("refreshToken")
                    .asText();
            String second = realm.token("external-users", Map.of("grant_type", "refresh_token", "refresh_token", first))
                    .expect(200)
                    .json()
                    .path("refresh_token")
                    .asText();
            assertThat(external.refresh(first).status()).isEqualTo(403);
            assertThat(external.refresh(second).status()).isEqualTo(403);
            refused(realm.token("external-users", Map.of("grant_type", "refresh_token", "refresh_token", second)));
        } finally {
            realm.clientAttribute("external-users", "mint.refresh.rotate", "false");
        }
    }
}
