package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ID tokens of Google and Firebase that nobody may get in with. */
@Tag("once")
class GoogleAbuseIT {

    private static final String CLIENT = "cid_inbox_manager";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static ObjectNode google(Consumer<ObjectNode> changes) {
        return External.claims(External.freshId(), claims -> {
            claims.put("iss", "https://accounts.google.com").put("aud", "demo-google-client");
            changes.accept(claims);
        });
    }

    private static ObjectNode firebase(Consumer<ObjectNode> changes) {
        return External.claims(External.freshId(), claims -> {
            claims.put("iss", "https://securetoken.google.com/demo-firebase").put("aud", "demo-firebase");
            changes.accept(claims);
        });
    }

    private static String social(ObjectNode claims) {
        return External.sign(claims, "SOCIAL", header -> {});
    }

    private static Http post() {
        return Http.post(realm.url("/auth/google"));
    }

    private static Answer signIn(String idToken) {
        return post().json(Json.object("id_token", idToken, "client_id", CLIENT))
                .send();
    }

    private static Answer signIn(String idToken, String nonce) {
        return post().json(Json.object("id_token", idToken, "client_id", CLIENT, "nonce", nonce))
                .send();
    }

    private static void refused(String idToken, String what) {
        int before = realm.get("/users/count").json().intValue();
        Answer answer = signIn(idToken);
        assertThat(answer.status()).as(what + answer.body()).isEqualTo(401);
        Refused.plainly(answer, 401, "unauthorized");
        assertThat(realm.get("/users/count").json().intValue()).as(what).isEqualTo(before);
    }

    @Test
    void good_tokens_are_taken_or_this_class_tests_nothing() {
        signIn(social(google(claims -> {}))).expect(200);
        signIn(social(google(claims -> claims.put("iss", "accounts.google.com"))))
                .expect(200);
        signIn(social(firebase(claims -> {}))).expect(200);
    }

    @Test
    void a_bad_token_is_401_in_the_shape_of_sign_in() {
        refused("garbage", "garbage");
        refused(External.sign(google(claims -> {}), "EXTERNAL", header -> {}), "another key");
        refused(social(google(claims -> claims.put("aud", "another-client"))), "audience");
        refused(social(google(claims -> claims.put("aud", "demo-google-client/"))), "audience and a slash");
        refused(social(google(claims -> claims.remove("aud"))), "no audience");
        refused(social(google(claims -> claims.put("iss", "https://accounts.google.com/"))), "issuer and a slash");
        refused(social(google(claims -> claims.put("iss", "http://accounts.google.com"))), "issuer by http");
        refused(social(google(claims -> claims.put("iss", "https://accounts.google.com.evil.example"))), "look-alike");
        refused(social(google(claims -> claims.remove("exp"))), "no exp");
        refused(social(google(claims -> claims.put("exp", 1))), "expired");
        refused(social(firebase(claims -> claims.put("aud", "other-firebase"))), "another project's audience");
        refused(
                social(firebase(claims -> claims.put("iss", "https://securetoken.google.com/other-firebase"))),
                "another project");
        refused(
                social(firebase(claims -> claims.put("iss", "https://securetoken.google.com/demo-firebase/"))),
                "project and a slash");
        refused(social(firebase(claims -> claims.put("auth_time", 4_000_000_000L))), "auth_time to come");
        refused(social(google(claims -> claims.put("aud", "demo-firebase"))), "Firebase's audience");
        refused(
                HandmadeJwt.segment("{\"alg\":\"none\"}") + "." + HandmadeJwt.segment(Json.text(google(claims -> {})))
                        + ".",
                "alg none");
    }

    @Test
    void a_generic_providers_token_is_not_taken_here() {
        refused(External.sign(External.claims(External.freshId())), "generic");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"id_token\":\"x\"}",
                "{\"client_id\":\"cid_inbox_manager\"}",
                "{\"id_token\":1,\"client_id\":\"cid_inbox_manager\"}",
                "{\"id_token\":\"x\",\"client_id\":1}",
                "{\"id_token\":\"x\",\"client_id\":\"cid_inbox_manager\",\"nonce\":1}",
                "{\"id_token\":\"x\",\"id_token\":\"y\",\"client_id\":\"cid_inbox_manager\"}"
            })
    void a_bad_body_is_400(String body) {
        Refused.plainly(post().json(body).send(), 400, "bad_request");
    }

    @Test
    void the_other_shapes() {
        Refused.plainly(Http.get(realm.url("/auth/google")).send(), 405, "method_not_allowed");
        Refused.plainly(post().body("text/plain", "{}").send(), 415, "unsupported_media_type");
        Refused.plainly(post().json("x".repeat(70_000)).send(), 413, "payload_too_large");
    }

    /** One that exists and one that doesn't look alike. */
    @Test
    void a_client_that_has_not_opted_in_is_an_unknown_one() {
        String jwt = social(google(claims -> {}));
        String body = null;
        for (String client : List.of(
                "nobody",
                "admin-cli",
                "security-admin-console",
                "account",
                "external-users",
                "realm-management",
                "introspector",
                "CID_INBOX_MANAGER",
                "' OR 1=1 --")) {
            Answer answer = post().json(Json.object("id_token", jwt, "client_id", client))
                    .send();
            Refused.plainly(answer, 400, "bad_request");
            assertThat(body == null || body.equals(answer.body())).as(client).isTrue();
            body = answer.body();
        }
        ObjectNode good = realm.client(CLIENT);
        realm.clientAttribute("admin-cli", "mint.capabilities", "google");
        assertThat(post().json(Json.object("id_token", jwt, "client_id", "admin-cli"))
                        .send()
                        .body())
                .isEqualTo(body);
        realm.updateClient(CLIENT, client -> client.put("fullScopeAllowed", true));
        assertThat(signIn(jwt).body()).isEqualTo(body);
        realm.put("/clients/" + good.path("id").asText(), good).expect(204);
        signIn(jwt).expect(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "*",
                "https://app.inbox-manager.com.evil.example",
                "http://app.inbox-manager.com"
            })
    void another_origin_is_403(String origin) {
        Answer answer = post().header("Origin", origin)
                .json(Json.object("id_token", social(google(claims -> {})), "client_id", CLIENT))
                .send();
        Refused.plainly(answer, 403, "forbidden");
        assertThat(answer.headers("access-control-allow-origin")).isEmpty();
    }

    @Test
    void an_allowed_page_may_read_the_answer_and_gets_no_cookie() {
        Answer answer = post().header("Origin", External.ORIGIN)
                .json(Json.object("id_token", social(google(claims -> {})), "client_id", CLIENT))
                .send()
                .expect(200);
        assertThat(answer.header("access-control-allow-origin")).contains(External.ORIGIN);
        assertThat(answer.headers("set-cookie")).isEmpty();
    }

    // ---- T22 ----

    @Test
    void T22_a_nonce_counts_wherever_either_side_has_one() {
        String with = social(google(claims -> claims.put("nonce", "n-1")));
        refused(with, "none in the request");
        assertThat(signIn(with, "n-2").status()).isEqualTo(401);
        assertThat(signIn(with, "N-1").status()).isEqualTo(401);
        assertThat(signIn(with, "").status()).isEqualTo(401);
        assertThat(signIn(social(google(claims -> {})), "n-1").status()).isEqualTo(401);
        assertThat(signIn(social(google(claims -> claims.put("nonce", ""))), "").status())
                .isEqualTo(401);
        assertThat(signIn(social(google(claims -> claims.putNull("nonce"))), "n-1")
                        .status())
                .isEqualTo(401);
        signIn(with, "n-1").expect(200);
        // there is no place for a nonce here
        Refused.with(new External(realm).verify(with), 403, "auth/invalid-token");
    }

    @Test
    void T22_firebases_sign_in_provider_must_be_on_the_list() {
        Project.create(
                realm,
                "choosy",
                Map.of(
                        "preset",
                        "firebase",
                        "issuer",
                        "",
                        "projectId",
                        "choosy",
                        "currentKey",
                        HandmadeJwt.pem(io.github.keycloakmint.testbed.DemoKeys.pair("SOCIAL")
                                .getPublic()),
                        "signInProviders",
                        "password",
                        "tokenClientId",
                        CLIENT));
        for (String provider : List.of("anonymous", "custom", "Password", "password ", "google.com", "")) {
            refused(choosy(claims -> claims.putObject("firebase").put("sign_in_provider", provider)), provider);
        }
        refused(choosy(claims -> {}), "none");
        refused(choosy(claims -> claims.put("sign_in_provider", "password")), "at the top");
        refused(choosy(claims -> claims.put("firebase", "password")), "a text");
        refused(
                choosy(claims -> claims.putObject("firebase")
                        .putArray("sign_in_provider")
                        .add("password")),
                "an array");
        signIn(choosy(claims -> claims.putObject("firebase").put("sign_in_provider", "password")))
                .expect(200);
    }

    private static String choosy(Consumer<ObjectNode> changes) {
        return social(firebase(claims -> {
            claims.put("iss", "https://securetoken.google.com/choosy").put("aud", "choosy");
            changes.accept(claims);
        }));
    }

    @Test
    void a_disabled_provider_is_none() {
        Project.enabled(realm, "google", false);
        try {
            refused(social(google(claims -> {})), "disabled");
        } finally {
            Project.enabled(realm, "google", true);
        }
        signIn(social(google(claims -> {}))).expect(200);
    }

    @Test
    void users_of_google_and_of_firebase_with_one_id_are_two() {
        String sub = External.freshId();
        String byGoogle = id(signIn(social(google(claims -> claims.put("sub", sub)))));
        String byFirebase = id(signIn(social(firebase(claims -> claims.put("sub", sub)))));
        assertThat(byGoogle).isNotEqualTo(byFirebase);
        assertThat(id(signIn(social(google(claims -> claims.put("sub", sub)))))).isEqualTo(byGoogle);
    }

    private static String id(Answer answer) {
        return answer.expect(200).json().path("profile").path("id").asText();
    }
}
