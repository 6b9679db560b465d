package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Doors beside the documented ones: Keycloak's own token endpoint, other clients, what strangers leave behind. */
class ExternalDoorsIT {

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static ObjectNode google(String sub) {
        return External.claims(sub, token -> token.put("iss", "https://accounts.google.com")
                .put("aud", "demo-google-client")
                .put("email", sub + "@gmail.com")
                .put("email_verified", true));
    }

    private static int google(String sub, String clientId) {
        return external.post("google")
                .json(Json.object(
                        "id_token", External.sign(google(sub), "SOCIAL", header -> {}), "client_id", clientId))
                .send()
                .status();
    }

    private static JsonNode googleSession() {
        JsonNode session = external.post("google")
                .json(Json.object(
                        "id_token",
                        External.sign(google(External.freshId()), "SOCIAL", header -> {}),
                        "client_id",
                        "cid_inbox_manager"))
                .send()
                .expect(200)
                .json();
        Secrets.remember(session.path("tokens").path("access_token").asText());
        Secrets.remember(session.path("tokens").path("refresh_token").asText());
        return session;
    }

    private static int refreshAtKeycloak(String clientId, String refreshToken) {
        return realm.token(clientId, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken))
                .status();
    }

    private static void enable(String alias, boolean enabled) {
        ObjectNode provider =
                (ObjectNode) realm.get("/identity-provider/instances/" + alias).json();
        realm.put("/identity-provider/instances/" + alias, provider.put("enabled", enabled))
                .expect(204);
    }

    @Test
    void T25_keycloaks_own_token_endpoint_asks_for_provider_and_link_too() {
        // one token again and again: how it is with tokens that rotate is VouchedRotationIT's
        realm.clientAttribute("cid_inbox_manager", "mint.refresh.rotate", "false");
        JsonNode session = googleSession();
        String refreshToken = session.path("tokens").path("refresh_token").asText();
        assertThat(refreshAtKeycloak("cid_inbox_manager", refreshToken)).isEqualTo(200);
        enable("google", false);
        try {
            assertThat(refreshAtKeycloak("cid_inbox_manager", refreshToken)).isEqualTo(400);
        } finally {
            enable("google", true);
        }
        assertThat(refreshAtKeycloak("cid_inbox_manager", refreshToken)).isEqualTo(200);
        realm.delete("/users/" + session.path("profile").path("id").asText() + "/federated-identity/google")
                .expect(204);
        assertThat(refreshAtKeycloak("cid_inbox_manager", refreshToken)).isEqualTo(400);
        realm.clientAttribute("cid_inbox_manager", "mint.refresh.rotate", "true");
    }

    @Test
    void a_session_by_google_is_ended_by_sign_out_too() {
        String refreshToken =
                googleSession().path("tokens").path("refresh_token").asText();
        external.post("sign-out")
                .header("Origin", External.ORIGIN)
                .json(Json.object("refresh_token", refreshToken))
                .send()
                .expect(204);
        assertThat(refreshAtKeycloak("cid_inbox_manager", refreshToken)).isEqualTo(400);
    }

    @Test
    void a_page_of_one_client_does_not_end_another_clients_session() {
        String refreshToken = external.signedIn(External.sign(External.claims(External.freshId())))
                .path("refreshToken")
                .asText();
        ObjectNode other = realm.client("cid_inbox_manager").deepCopy();
        other.remove(List.of("id", "secret"));
        other.put("clientId", "other-page").putArray("webOrigins").add("https://other.example");
        realm.createClient(other);
        Poll.untilTrue(
                "the new client's origin",
                Duration.ofSeconds(10),
                () -> external.post("sign-out")
                                .header("Origin", "https://other.example")
                                .json("{}")
                                .send()
                                .status()
                        == 204);
        assertThat(external.post("sign-out")
                        .header("Origin", "https://other.example")
                        .json(Json.object("refreshToken", refreshToken))
                        .send()
                        .status())
                .isEqualTo(403);
        assertThat(external.refresh(refreshToken).status()).isEqualTo(200);
    }

    @Test
    void T25_nor_does_the_clients_secret_help() {
        JsonNode signedIn = external.signedIn(External.sign(External.claims(External.freshId())));
        String refreshToken = signedIn.path("refreshToken").asText();
        assertThat(refreshAtKeycloak("external-users", refreshToken)).isEqualTo(200);
        realm.delete("/users/" + signedIn.path("user").path("id").asText() + "/federated-identity/external-project")
                .expect(204);
        assertThat(refreshAtKeycloak("external-users", refreshToken)).isEqualTo(400);
        assertThat(external.refresh(refreshToken).status()).isEqualTo(403);
    }

    @Test
    void an_ordinary_session_is_refreshed_as_ever() {
        JsonNode tokens = realm.token(
                        "cid_inbox_manager",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                "jane@example.com",
                                "password",
                                TestRealm.PASSWORD))
                .expect(200)
                .json();
        assertThat(refreshAtKeycloak(
                        "cid_inbox_manager",
                        Secrets.remember(tokens.path("refresh_token").asText())))
                .isEqualTo(200);
    }

    @Test
    void T11_strangers_leave_no_event() {
        int before = realm.events("IDENTITY_PROVIDER_LOGIN_ERROR", "IDENTITY_PROVIDER_LOGIN", "LOGOUT", "LOGOUT_ERROR")
                .size();
        external.verify("x.y.z");
        external.verify(External.sign(External.claims("a", claims -> claims.put("iss", "unknown"))));
        external.post("verify-external-user").json("{").send();
        external.post("verify-external-user")
                .header("Origin", "https://evil.example")
                .json("{}")
                .send();
        external.post("google")
                .json(Json.object("id_token", "x.y.z", "client_id", "cid_inbox_manager"))
                .send();
        external.post("sign-out").json("{}").send().expect(204);
        assertThat(realm.events("IDENTITY_PROVIDER_LOGIN_ERROR", "IDENTITY_PROVIDER_LOGIN", "LOGOUT", "LOGOUT_ERROR"))
                .hasSize(before);
    }

    @Test
    void a_refresh_token_whose_payload_is_null_is_an_ordinary_bad_one() {
        String nothing = "eyJhbGciOiJIUzI1NiJ9.bnVsbA.AA";
        assertThat(external.refresh(nothing).status()).isEqualTo(403);
        assertThat(external.post("sign-out")
                        .json(Json.object("refreshToken", nothing))
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(external.post("request-new-access-token")
                        .header("Origin", External.ORIGIN)
                        .header("Cookie", External.COOKIE + "=" + nothing)
                        .json(Json.object())
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_planted_cookie_before_the_good_one_locks_nobody_out() {
        String dead = external.signedIn(External.sign(External.claims(External.freshId())))
                .path("refreshToken")
                .asText();
        external.post("sign-out").json(Json.object("refreshToken", dead)).send().expect(204);
        String good = external.signedIn(External.sign(External.claims(External.freshId())))
                .path("refreshToken")
                .asText();
        for (String cookies : List.of(
                External.COOKIE + "=" + dead + "; " + External.COOKIE + "=" + good,
                External.COOKIE + "=" + good + "; " + External.COOKIE + "=" + dead)) {
            assertThat(external.post("request-new-access-token")
                            .header("Origin", External.ORIGIN)
                            .header("Cookie", cookies)
                            .json(Json.object())
                            .send()
                            .status())
                    .isEqualTo(200);
        }
        external.post("sign-out")
                .header("Origin", External.ORIGIN)
                .header("Cookie", External.COOKIE + "=" + dead + "; " + External.COOKIE + "=" + good)
                .json(Json.object())
                .send()
                .expect(204);
        assertThat(external.refresh(good).status())
                .as("every token sent is ended")
                .isEqualTo(403);
    }

    @Test
    void an_id_token_for_one_app_opens_no_other() {
        ObjectNode other = realm.client("cid_inbox_manager").deepCopy();
        other.remove(List.of("id", "secret"));
        other.put("clientId", "other-app");
        realm.createClient(other);
        assertThat(google(External.freshId(), "cid_inbox_manager")).isEqualTo(200);
        assertThat(google(External.freshId(), "other-app")).isEqualTo(401);
        realm.clientAttribute("other-app", "mint.google-audiences", "demo-google-client");
        assertThat(google(External.freshId(), "other-app")).isEqualTo(200);
    }

    @Test
    void a_client_may_say_whose_users_it_takes() {
        realm.clientAttribute("external-users", "mint.external.providers", "somebody-else");
        try {
            assertThat(external.verify(External.sign(External.claims(External.freshId())))
                            .json()
                            .path("code")
                            .asText())
                    .isEqualTo("auth/missing-keys");
            realm.clientAttribute("external-users", "mint.external.providers", "somebody-else, external-project");
            external.signedIn(External.sign(External.claims(External.freshId())));
        } finally {
            realm.clientAttribute("external-users", "mint.external.providers", "external-project");
        }
    }
}
