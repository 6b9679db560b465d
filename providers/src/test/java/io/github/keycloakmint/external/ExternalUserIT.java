package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the other system's developers see when everything is right. */
class ExternalUserIT {

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

    private static ObjectNode jane(String foreignId) {
        return External.claims(foreignId, claims -> {
            ObjectNode data = claims.putObject("userData");
            data.put("id", foreignId).put("email", foreignId + "@external.example");
            data.put("name", "Jane Doe").put("username", "jane_" + foreignId);
            data.put("avatar", "https://example.com/avatar.jpg").put("bio", "Tech enthusiast");
            ObjectNode location = data.putObject("location").put("type", "Point");
            location.putArray("coordinates").add(-73.935242).add(40.73061);
            data.put("birthdate", "1995-01-01T00:00:00.000Z");
            data.putObject("metadata").put("office", "boston");
            data.putObject("secureMetadata").put("plan", "gold");
        });
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void the_documented_call_answers_field_for_field() {
        String id = External.freshId();
        JsonNode answer = external.signedIn(External.sign(jane(id)));
        assertThat(names(answer)).containsExactly("success", "accessToken", "refreshToken", "user");
        assertThat(answer.path("success").booleanValue()).isTrue();
        JsonNode user = answer.path("user");
        assertThat(names(user))
                .containsExactlyInAnyOrder(
                        "id",
                        "foreignId",
                        "email",
                        "username",
                        "name",
                        "avatar",
                        "bio",
                        "location",
                        "birthdate",
                        "metadata",
                        "suspensions",
                        "reputation",
                        "createdAt",
                        "updatedAt");
        assertThat(user.path("foreignId").asText()).isEqualTo(id);
        assertThat(user.path("email").asText()).isEqualTo(id + "@external.example");
        assertThat(user.path("username").asText()).isEqualTo("jane_" + id);
        assertThat(user.path("name").asText()).isEqualTo("Jane Doe");
        assertThat(user.path("avatar").asText()).isEqualTo("https://example.com/avatar.jpg");
        assertThat(user.path("bio").asText()).isEqualTo("Tech enthusiast");
        assertThat(user.path("location"))
                .isEqualTo(Json.parse("{\"type\":\"Point\",\"coordinates\":[-73.935242,40.73061]}"));
        assertThat(user.path("birthdate").asText()).isEqualTo("1995-01-01T00:00:00.000Z");
        assertThat(user.path("metadata")).isEqualTo(Json.object("office", "boston"));
        assertThat(user.path("suspensions")).isEmpty();
        assertThat(user.path("reputation").intValue()).isZero();
        assertThat(user.path("createdAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(user.path("updatedAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        JsonNode token = Jwt.payload(answer.path("accessToken").asText());
        assertThat(token.path("sub").asText()).isEqualTo(user.path("id").asText());
        assertThat(token.path("azp").asText()).isEqualTo("external-users");
        assertThat(realm.userinfo(answer.path("accessToken").asText()).status()).isEqualTo(200);
        assertThat(realm.introspect("introspector", answer.path("accessToken").asText())
                        .json()
                        .path("active")
                        .booleanValue())
                .isTrue();
        JsonNode stored = realm.user(user.path("id").asText());
        assertThat(stored.path("firstName").asText()).isEqualTo("Jane");
        assertThat(stored.path("emailVerified").booleanValue()).isFalse();
        assertThat(stored.path("attributes").path("secureMetadata").path(0).asText())
                .isEqualTo("{\"plan\":\"gold\"}");
    }

    @Test
    void nothing_but_the_user_jwt_is_needed_and_the_same_user_comes_back() {
        String id = External.freshId();
        JsonNode first = external.signedIn(External.sign(External.claims(id)));
        JsonNode second = external.signedIn(External.sign(External.claims(id)));
        assertThat(second.path("user")).isEqualTo(first.path("user"));
        assertThat(first.path("user").path("email").isNull()).isTrue();
    }

    @Test
    void omitted_fields_are_kept_and_null_deletes() {
        String id = External.freshId();
        external.signedIn(External.sign(jane(id)));
        JsonNode kept = external.signedIn(External.sign(External.claims(
                        id, claims -> claims.putObject("userData").put("bio", "New bio"))))
                .path("user");
        assertThat(kept.path("bio").asText()).isEqualTo("New bio");
        assertThat(kept.path("avatar").asText()).isEqualTo("https://example.com/avatar.jpg");
        JsonNode deleted = external.signedIn(External.sign(External.claims(
                        id,
                        claims -> claims.putObject("userData").putNull("avatar").putNull("location"))))
                .path("user");
        assertThat(deleted.path("avatar").isNull()).isTrue();
        assertThat(deleted.path("location").isNull()).isTrue();
        assertThat(deleted.path("bio").asText()).isEqualTo("New bio");
    }

    @Test
    void the_previous_key_is_good_and_so_is_any_kid_for_a_key_without_one() {
        String id = External.freshId();
        external.signedIn(External.sign(External.claims(id), "EXTERNAL_PREVIOUS", header -> {}));
        external.signedIn(
                External.sign(External.claims(id), "EXTERNAL_PREVIOUS", header -> header.keyID("previous-1")));
        external.signedIn(External.sign(External.claims(id), "EXTERNAL", header -> header.keyID("current-1")));
    }

    @Test
    void a_page_gets_the_cookie_and_refreshes_and_signs_out_by_it() {
        Answer signedIn = external.verifyFromPage(External.sign(External.claims(External.freshId())));
        String cookie = signedIn.expect(200).header("set-cookie").orElseThrow();
        assertThat(cookie)
                .startsWith(External.COOKIE + "=")
                .contains("; HttpOnly", "; Secure", "; SameSite=None", "; Path=/realms/" + realm.name() + "/auth;")
                .containsPattern("; Max-Age=\\d+");
        assertThat(signedIn.header("access-control-allow-origin")).contains(External.ORIGIN);
        assertThat(signedIn.header("access-control-allow-credentials")).contains("true");
        String pair = cookie.substring(0, cookie.indexOf(';'));
        Answer refreshed = external.post("request-new-access-token")
                .header("Origin", External.ORIGIN)
                .header("Cookie", "other=1; " + pair)
                .json(Json.object())
                .send()
                .expect(200);
        assertThat(refreshed.json().path("success").booleanValue()).isTrue();
        assertThat(refreshed.json().path("user")).isEqualTo(signedIn.json().path("user"));
        Answer out = external.post("sign-out")
                .header("Origin", External.ORIGIN)
                .header("Cookie", pair)
                .json(Json.object())
                .send()
                .expect(204);
        assertThat(out.header("set-cookie").orElseThrow()).contains(External.COOKIE + "=;", "Max-Age=0");
        assertThat(external.post("request-new-access-token")
                        .header("Origin", External.ORIGIN)
                        .header("Cookie", pair)
                        .json(Json.object())
                        .send()
                        .status())
                .isEqualTo(403);
    }

    @Test
    void the_first_refresh_token_is_good_again_and_again_and_dead_after_sign_out() {
        JsonNode signedIn = external.signedIn(External.sign(External.claims(External.freshId())));
        String refreshToken = signedIn.path("refreshToken").asText();
        for (int i = 0; i < 3; i++) {
            JsonNode refreshed = external.refresh(refreshToken).expect(200).json();
            assertThat(names(refreshed)).containsExactly("success", "accessToken", "user");
            assertThat(refreshed.path("user")).isEqualTo(signedIn.path("user"));
            assertThat(realm.userinfo(refreshed.path("accessToken").asText()).status())
                    .isEqualTo(200);
        }
        external.post("sign-out")
                .json(Json.object("refreshToken", refreshToken))
                .send()
                .expect(204);
        assertThat(external.refresh(refreshToken).json().path("code").asText()).isEqualTo("auth/refresh-token-invalid");
        assertThat(realm.userinfo(signedIn.path("accessToken").asText()).status())
                .isEqualTo(401);
    }

    @Test
    void nothing_to_refresh_is_no_error() {
        JsonNode answer = external.post("request-new-access-token")
                .json(Json.object())
                .send()
                .expect(200)
                .json();
        assertThat(answer.path("user").isNull()).isTrue();
        assertThat(answer.path("accessToken").isNull()).isTrue();
        assertThat(external.post("sign-out").json(Json.object()).send().status())
                .isEqualTo(204);
    }

    @Test
    void a_google_id_token_signs_in_as_sign_in_answers() {
        String sub = External.freshId();
        ObjectNode claims = External.claims(sub, token -> token.put("iss", "https://accounts.google.com")
                .put("aud", "demo-google-client")
                .put("email", sub + "@gmail.com")
                .put("email_verified", true)
                .put("name", "Gina Google"));
        JsonNode session = external.post("google")
                .json(Json.object(
                        "id_token", External.sign(claims, "SOCIAL", header -> {}), "client_id", "cid_inbox_manager"))
                .send()
                .expect(200)
                .json();
        assertThat(names(session)).containsExactly("profile", "tokens");
        assertThat(names(session.path("profile")))
                .containsExactly("id", "email", "name", "email_verified", "active_membership", "memberships");
        assertThat(names(session.path("tokens")))
                .containsExactly("access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in");
        assertThat(session.path("profile").path("email").asText()).isEqualTo(sub + "@gmail.com");
        assertThat(session.path("profile").path("active_membership").isNull()).isTrue();
    }

    @Test
    void at_most_ten_sessions_a_user_and_client_the_oldest_are_ended() {
        String id = External.freshId();
        String first = external.signedIn(External.sign(External.claims(id)))
                .path("refreshToken")
                .asText();
        // sessions know their second, no more
        long second = Instant.now().getEpochSecond();
        Poll.untilTrue(
                "the next second", Duration.ofSeconds(5), () -> Instant.now().getEpochSecond() > second);
        JsonNode last = external.signedIn(External.sign(External.claims(id)));
        for (int i = 0; i < 9; i++) {
            last = external.signedIn(External.sign(External.claims(id)));
        }
        assertThat(realm.get("/users/" + last.path("user").path("id").asText() + "/sessions")
                        .json())
                .hasSize(10);
        assertThat(external.refresh(first).status()).isEqualTo(403);
        assertThat(external.refresh(last.path("refreshToken").asText()).status())
                .isEqualTo(200);
    }
}
