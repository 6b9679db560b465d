package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.github.keycloakmint.testbed.Admin;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.MailSink;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * T1: the attacker has the realm's own HS256 key, which the test gives the realm at import. Everything that he signs is
 * refused at every Keycloak endpoint that takes such a token; honest HS256 tokens pass.
 */
@Tag("once")
class ForgedTokenAbuseIT {

    private static final byte[] KEY = Random.secret().getBytes(StandardCharsets.UTF_8);
    private static final String KID = "known-to-the-attacker";

    private static TestRealm realm;
    private static String boss;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(representation -> {
            representation
                    .withObject("/components")
                    .withArray("org.keycloak.keys.KeyProvider")
                    .forEach(provider -> {
                        if (provider.path("name").asText().equals("hmac-generated-hs256")) {
                            ObjectNode config = (ObjectNode) provider.path("config");
                            config.withArray("secret")
                                    .add(Base64.getUrlEncoder().withoutPadding().encodeToString(KEY));
                            config.withArray("kid").add(KID);
                        }
                    });
        });
        boss = realm.createUser("boss@example.com", user -> {});
        realm.assignClientRole(boss, "realm-management", "realm-admin");
        realm.clientAttribute("cid_inbox_manager", "access.token.signed.response.alg", "HS256");
        realm.clientAttribute("cid_inbox_manager", "pkce.code.challenge.method", null);
        realm.updateClient("cid_inbox_manager", client -> client.put("fullScopeAllowed", true)
                .put("standardFlowEnabled", true)
                .withArray("/redirectUris")
                .add("https://app.inbox-manager.com/*"));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String sign(JsonNode payload) {
        try {
            JWSObject jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(KID)
                            .type(JOSEObjectType.JWT)
                            .build(),
                    new Payload(Json.text(payload)));
            jws.sign(new MACSigner(KEY));
            return Secrets.remember(jws.serialize());
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode claims(String type, String jti) {
        long now = Instant.now().getEpochSecond();
        return Json.object(
                "iss",
                realm.url("").toString(),
                "sub",
                boss,
                "typ",
                type,
                "jti",
                jti,
                "iat",
                now,
                "exp",
                now + 600,
                "scope",
                "openid",
                "aud",
                List.of("introspector", "account", realm.url("").toString()));
    }

    private static int admin(String token) {
        return Http.get(realm.adminUrl("/users")).bearer(token).send().status();
    }

    private static boolean active(String token) {
        return realm.introspect("introspector", token).json().path("active").asBoolean();
    }

    private static String session(Consumer<JsonNode> use) {
        JsonNode tokens = realm.token(
                        "cid_inbox_manager",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                "boss@example.com",
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                "openid"))
                .expect(200)
                .json();
        use.accept(tokens);
        return Jwt.payload(tokens.path("access_token").asText()).path("sid").asText();
    }

    private static List<JsonNode> sessions() {
        return realm.get("/users/" + boss + "/sessions").expect(200).json().findParents("username");
    }

    @Test
    void an_honest_hs256_token_passes_everywhere_it_should() {
        session(tokens -> {
            String access = tokens.path("access_token").asText();
            assertThat(Jwt.header(access).path("kid").asText()).isEqualTo(KID);
            assertThat(Jwt.payload(access).path("jti").asText()).contains(".");
            assertThat(admin(access)).isEqualTo(200);
            assertThat(realm.userinfo(access).status()).isEqualTo(200);
            assertThat(realm.token(
                                    "cid_inbox_manager",
                                    Map.of(
                                            "grant_type",
                                            "refresh_token",
                                            "refresh_token",
                                            tokens.path("refresh_token").asText()))
                            .status())
                    .isEqualTo(200);
        });
        String service = realm.clientToken("tribe-upstream");
        assertThat(Jwt.header(service).path("alg").asText()).isEqualTo("HS256");
        assertThat(active(service)).isTrue();
    }

    @Test
    void a_forged_access_token_of_any_client_is_refused() {
        for (String azp : List.of("security-admin-console", "admin-cli", "cid_inbox_manager", "tribe-upstream")) {
            for (String jti : List.of("trrtcc:x", "x", "trrtcc:x.AAAA", "trrtro:x.", "trrtme:x")) {
                String forged = sign(claims("Bearer", jti).put("azp", azp));
                assertThat(admin(forged)).as(azp + jti).isEqualTo(401);
                assertThat(realm.userinfo(forged).status()).isEqualTo(401);
                assertThat(active(forged)).isFalse();
            }
        }
        String forged = sign(claims("Bearer", "trrtcc:x").put("azp", "admin-cli"));
        assertThat(Http.get(realm.url("/account"))
                        .bearer(forged)
                        .header("Accept", "application/json")
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(Http.post(realm.url("/clients-registrations/default"))
                        .bearer(forged)
                        .json(Json.object("clientId", "forged"))
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(realm.token(
                                "tribe-upstream",
                                Map.of(
                                        "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                                        "subject_token", forged,
                                        "subject_token_type", "urn:ietf:params:oauth:token-type:access_token"))
                        .status())
                .isEqualTo(400);
        assertThat(Http.post(realm.url("/protocol/openid-connect/token"))
                        .bearer(forged)
                        .form(Map.of(
                                "grant_type", "urn:ietf:params:oauth:grant-type:uma-ticket",
                                "audience", "https://api.inbox-manager.com"))
                        .send()
                        .status())
                .isIn(400, 401);
    }

    @Test
    void an_honest_token_with_one_claim_changed_and_signed_anew_is_refused() {
        session(tokens -> {
            ObjectNode payload =
                    (ObjectNode) Jwt.payload(tokens.path("access_token").asText());
            assertThat(admin(sign(payload))).as("unchanged, in the same order").isEqualTo(200);
            assertThat(admin(sign(
                            payload.deepCopy().put("exp", payload.path("exp").asLong() + 1))))
                    .isEqualTo(401);
            assertThat(admin(sign(payload.deepCopy().put("azp", "admin-cli")))).isEqualTo(401);
            assertThat(admin(sign(payload.deepCopy().put("scope", "openid offline_access"))))
                    .isEqualTo(401);
            assertThat(active(sign(payload.deepCopy().putPOJO("aud", List.of("introspector", "account", "admin-cli")))))
                    .isFalse();
            assertThat(admin(sign(payload.deepCopy().put("extra", 1)))).isEqualTo(401);
        });
    }

    @Test
    void a_second_jti_does_not_carry_a_seal_over() {
        session(tokens -> {
            String honest = Json.text(Jwt.payload(tokens.path("access_token").asText()));
            String sealed = Jwt.payload(tokens.path("access_token").asText())
                    .path("jti")
                    .asText();
            for (String forged : List.of(
                    honest.replaceFirst("\\{", "{\"jti\":\"trrtcc:x\","),
                    honest.replaceFirst("}$", ",\"jti\":\"trrtcc:x\"}"),
                    honest.replaceFirst("\\{", "{\"nested\":{\"jti\":\"" + sealed + "\"},"))) {
                assertThat(admin(signText(forged))).isEqualTo(401);
            }
        });
    }

    private static String signText(String payload) {
        String header = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"" + KID + "\"}")
                        .getBytes(StandardCharsets.UTF_8));
        String signed = header
                + '.'
                + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        return Secrets.remember(signed
                + '.'
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(DerivedKeys.hmac(KEY, signed.getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void a_forged_refresh_token_is_refused() {
        String sid = session(tokens -> {});
        String forged = sign(claims("Refresh", "onrtro:x")
                .put("azp", "cid_inbox_manager")
                .put("sid", sid)
                .put("aud", realm.url("").toString()));
        assertThat(realm.token("cid_inbox_manager", Map.of("grant_type", "refresh_token", "refresh_token", forged))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_forged_id_token_ends_no_session() {
        String sid = session(tokens -> {});
        String forged = sign(claims("ID", "x")
                .put("azp", "cid_inbox_manager")
                .put("sid", sid)
                .put("aud", "cid_inbox_manager"));
        Http.get(URI.create(realm.url("/protocol/openid-connect/logout") + "?id_token_hint=" + forged))
                .send();
        assertThat(sessions())
                .anySatisfy(session -> assertThat(session.path("id").asText()).isEqualTo(sid));
    }

    @Test
    void a_forged_action_token_opens_nothing() {
        ObjectNode claims = claims("execute-actions", Random.name())
                .put("aud", realm.url("").toString())
                .put("azp", "account")
                .put("nonce", java.util.UUID.randomUUID().toString());
        claims.withArray("rqac").add("UPDATE_PASSWORD");
        Answer answer = Http.get(
                        URI.create(realm.url("/login-actions/action-token") + "?client_id=account&key=" + sign(claims)))
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    }

    @Test
    void forged_registration_tokens_register_and_read_nothing() {
        JsonNode initial = realm.post("/clients-initial-access", Json.object("count", 5, "expiration", 600))
                .expect(200, 201)
                .json();
        ObjectNode claims = claims("InitialAccessToken", initial.path("id").asText())
                .put("aud", realm.url("").toString());
        assertThat(Http.post(realm.url("/clients-registrations/default"))
                        .bearer(sign(claims))
                        .json(Json.object("clientId", "forged-initial"))
                        .send()
                        .status())
                .isEqualTo(401);
        JsonNode made = Http.post(realm.url("/clients-registrations/default"))
                .bearer(initial.path("token").asText())
                .json(Json.object("clientId", "honest"))
                .send()
                .expect(201)
                .json();
        String jti = Jwt.payload(made.path("registrationAccessToken").asText())
                .path("jti")
                .asText();
        ObjectNode registration = claims("RegistrationAccessToken", jti)
                .put("aud", realm.url("").toString())
                .put("registration_auth", "authenticated");
        assertThat(Http.get(realm.url("/clients-registrations/default/honest"))
                        .bearer(sign(registration))
                        .send()
                        .status())
                .isEqualTo(401);
    }

    /** An honest invitation's own payload, signed anew with the key in hand: only the signature's algorithm differs. */
    @Test
    @Tag("distribution")
    void a_forged_invitation_token_is_refused() {
        try (MailSink mails = MailSink.start()) {
            mails.serve(realm);
            realm.updateRealm(representation -> representation.put("registrationAllowed", true));
            String organization = realm.get("/organizations?search=acme")
                    .json()
                    .path(0)
                    .path("id")
                    .asText();
            Http.post(realm.adminUrl("/organizations/" + organization + "/members/invite-user"))
                    .bearer(Admin.of(realm.server()).token())
                    .form(Map.of("email", "invited@example.com"))
                    .send()
                    .expect(204);
            Matcher link = Pattern.compile("[?&]token=([A-Za-z0-9_.-]+)").matcher(String.join("\n", mails.mails()));
            assertThat(link.find()).as("a mail with an invitation").isTrue();
            String honest = Secrets.remember(link.group(1));
            String forged = sign(Jwt.payload(honest));
            assertThat(registration(forged)).doesNotContain("invited@example.com");
            assertThat(registration(honest)).contains("invited@example.com");
        }
    }

    private static String registration(String token) {
        return Http.get(URI.create(realm.url("/protocol/openid-connect/registrations")
                        + "?response_type=code&client_id=account&token=" + token))
                .send()
                .body();
    }

    /** Base64 spells the same bytes in several ways; each would be a jti that no revocation knows. */
    @Test
    void a_revoked_token_does_not_come_back_under_another_spelling_of_its_seal() {
        session(tokens -> {
            String honest = tokens.path("access_token").asText();
            ObjectNode payload = (ObjectNode) Jwt.payload(honest);
            String jti = payload.path("jti").asText();
            assertThat(admin(honest)).isEqualTo(200);
            char last = jti.charAt(jti.length() - 1);
            String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            int group = alphabet.indexOf(last) / 4 * 4;
            for (int i = group; i < group + 4; i++) {
                for (String tail : List.of("", "=")) {
                    String other = jti.substring(0, jti.length() - 1) + alphabet.charAt(i) + tail;
                    assertThat(admin(sign(payload.deepCopy().put("jti", other))))
                            .as(other)
                            .isEqualTo(other.equals(jti) ? 200 : 401);
                }
            }
        });
    }

    @Test
    void a_forged_identity_cookie_signs_nobody_in() {
        String sid = session(tokens -> {});
        ObjectNode claims =
                claims("Serialized-ID", Random.name()).put("sid", sid).put("state_checker", "x");
        claims.remove("aud");
        Answer answer = Http.get(URI.create(realm.url("/protocol/openid-connect/auth")
                        + "?response_type=code&scope=openid&prompt=none&client_id=cid_inbox_manager&redirect_uri="
                        + URLEncoder.encode("https://app.inbox-manager.com/x", StandardCharsets.UTF_8)))
                .header("Cookie", "KEYCLOAK_IDENTITY=" + sign(claims))
                .send();
        assertThat(answer.header("location").orElse("")).contains("error=login_required");
    }

    @Test
    void other_keys_and_algorithms_are_no_way_around() {
        ObjectNode claims = claims("Bearer", "trrtcc:x").put("azp", "admin-cli");
        for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
            try {
                byte[] padded = java.util.Arrays.copyOf(KEY, 64);
                JWSObject jws = new JWSObject(
                        new JWSHeader.Builder(algorithm).keyID(KID).build(), new Payload(Json.text(claims)));
                jws.sign(new MACSigner(padded));
                assertThat(admin(jws.serialize())).isEqualTo(401);
            } catch (com.nimbusds.jose.JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
