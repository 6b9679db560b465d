package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code /api/auth/verify} and {@code GET /api/auth/me}: what a proxy and a page are told. */
class GatewayIT {

    private static final String ALL = "campaigns:read,campaigns:write,templates:read,templates:write";
    private static final String READS = "campaigns:read,templates:read";

    private static TestRealm realm;
    private static Gate gate;
    private static String acme;
    private static String globex;
    private static String jane;
    private static String session;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        gate = new Gate(realm);
        acme = gate.organization("acme");
        globex = gate.organization("globex");
        jane = realm.userId(Gate.JANE);
        session = gate.session(Gate.JANE);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @Test
    void a_session_is_told_with_the_account_that_its_token_speaks_of() {
        Answer answer = gate.verify("", session);
        assertThat(Gate.identity(answer)).containsExactly(jane, Gate.JANE, acme, "owner", ALL, "");
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.headers("access-control-allow-origin")).isEmpty();
    }

    @Test
    void whoever_has_no_account_has_empty_headers_and_not_none() {
        Answer answer = gate.verify("", gate.session(Gate.MAX));
        assertThat(Gate.identity(answer)).containsExactly(realm.userId(Gate.MAX), Gate.MAX, "", "", "", "");
    }

    @Test
    void an_account_is_asked_for_by_id_and_by_alias() {
        for (String account : List.of(globex, "globex")) {
            assertThat(Gate.identity(gate.verify("?account=" + account, session)))
                    .containsExactly(jane, Gate.JANE, globex, "member", READS, "");
        }
        assertThat(gate.verify("?account=globex", gate.session(Gate.JOHN)).status())
                .isEqualTo(403);
    }

    @Test
    void an_account_token_says_what_it_is_for_wherever_it_is_sent() {
        String token = gate.account(session, "globex");
        List<String> expected = List.of(jane, Gate.JANE, globex, "member", READS, "");
        assertThat(Gate.identity(gate.verify("", token))).isEqualTo(expected);
        assertThat(Gate.identity(gate.verify("").header("token", token).send())).isEqualTo(expected);
        assertThat(Gate.identity(gate.verify("?account=globex", token))).isEqualTo(expected);
        assertThat(Gate.identity(gate.verify("?audience=" + Gate.encoded(Gate.API), token))
                        .subList(0, 5))
                .isEqualTo(expected.subList(0, 5));
        JsonNode me = gate.me(token).expect(200).json();
        assertThat(me.path("token").path("kind").asText()).isEqualTo("account");
        assertThat(me.path("token").path("act").isNull()).isTrue();
    }

    @Test
    void a_minted_token_has_the_platform_role_and_no_team() {
        String token = gate.minted(Gate.JANE);
        assertThat(Gate.identity(gate.verify("", token))).containsExactly(jane, Gate.JANE, "", "premium", "", "");
        assertThat(Gate.identity(gate.verify("").header("token", token).send()))
                .containsExactly(jane, Gate.JANE, "", "premium", "", "");
        JsonNode me = gate.me(token).expect(200).json();
        assertThat(me.path("token").path("kind").asText()).isEqualTo("minted");
        assertThat(me.path("token").path("client_id").asText()).isEqualTo("tribe-upstream");
        assertThat(me.path("token").path("act").path("client_id").asText()).isEqualTo("tribe-upstream");
    }

    @Test
    void a_key_of_a_user_has_what_it_was_given_in_its_account() {
        String key = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme));
        assertThat(Gate.identity(gate.byKey("", key)))
                .containsExactly(jane, Gate.JANE, acme, "owner", "campaigns:read", "");
        assertThat(Gate.identity(gate.byKey("?account=acme&permission=campaigns:read", key)))
                .hasSize(6);
        assertThat(gate.byKey("?permission=campaigns:write", key).status()).isEqualTo(403);
        assertThat(gate.byKey("?account=globex", key).status()).isEqualTo(403);
        JsonNode me = Http.get(realm.url("/api/auth/me"))
                .header("X-API-KEY", key)
                .send()
                .expect(200)
                .json();
        assertThat(me.path("token").path("kind").asText()).isEqualTo("api_key");
        assertThat(me.path("token").path("issued_at").isNull()).isTrue();
        assertThat(me.path("token").path("expires_at").isNull()).isTrue();
        assertThat(me.path("id").asText()).isEqualTo(jane);
    }

    @Test
    void a_key_of_an_account_is_nobodys_and_acts_itself() {
        String key = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme, "owner", "account"));
        List<String> identity = Gate.identity(gate.byKey("", key));
        assertThat(identity.get(0)).isNotEmpty().isNotEqualTo(jane);
        assertThat(identity.subList(1, 6)).containsExactly("", acme, "", "campaigns:read", "");
        JsonNode act = Http.get(realm.url("/api/auth/me"))
                .header("X-API-KEY", key)
                .send()
                .expect(200)
                .json()
                .path("token")
                .path("act");
        assertThat(act.path("kind").asText()).isEqualTo("api_key");
        assertThat(key).contains("_" + act.path("sub").asText() + "_");
    }

    @Test
    void a_token_made_from_a_key_is_as_narrow() {
        String key = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme));
        String token = Http.post(realm.url("/api/api-keys/token"))
                .header("X-API-KEY", key)
                .json("{}")
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(Gate.identity(gate.verify("", token)))
                .containsExactly(jane, Gate.JANE, acme, "owner", "campaigns:read", "");
        assertThat(gate.me(token).json().path("token").path("kind").asText()).isEqualTo("api_key");
        // the same user by the same client, whichever speaks: one identity
        assertThat(gate.verify("").bearer(token).header("X-API-KEY", key).send().status())
                .isEqualTo(200);
    }

    @Test
    void all_named_permissions_are_needed_and_one_of_any() {
        String john = gate.session(Gate.JOHN);
        Map<String, Integer> expected = Map.of(
                "?permission=campaigns:read", 200,
                "?permission=campaigns:read&permission=templates:read", 200,
                "?permission=campaigns:read&permission=campaigns:write", 403,
                "?permission=campaigns:write", 403,
                "?any=campaigns:write,templates:read", 200,
                "?any=campaigns:write,templates:write", 403,
                "?permission=campaigns:read&any=campaigns:write,templates:write", 403,
                "?permission=campaigns%3Aread&any=templates:read", 200,
                "?permission=campaigns", 403);
        expected.forEach((query, status) ->
                assertThat(gate.verify(query, john).status()).as(query).isEqualTo(status));
    }

    @Test
    void any_method_and_any_path_behind_it_is_the_same_question() {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")) {
            for (String below : List.of("", "/", "/a/b/", "/a%20b?x=1&any=campaigns:read")) {
                Http request = Http.request(method, realm.url("/api/auth/verify" + below));
                if (!method.equals("HEAD") && !method.equals("GET")) {
                    request.body("application/x-www-form-urlencoded", "%zz=&a=" + "b".repeat(200_000));
                }
                Answer answer = request.bearer(session).send();
                assertThat(answer.status()).as(method + below).isEqualTo(200);
                assertThat(answer.header("x-auth-user-id")).as(method + below).contains(jane);
            }
        }
    }

    @Test
    void for_an_audience_there_is_a_token_of_the_gateways_own() throws Exception {
        Answer answer = gate.verify("?audience=" + Gate.encoded(Gate.API) + "&account=globex", session);
        String jwt = Gate.identity(answer).get(5);
        JsonNode claims = Jwt.payload(jwt);
        assertThat(claims.path("iss").asText()).isEqualTo(realm.url("/api/auth").toString());
        assertThat(claims.path("aud").asText()).isEqualTo(Gate.API);
        assertThat(claims.path("sub").asText()).isEqualTo(jane);
        assertThat(claims.path("email").asText()).isEqualTo(Gate.JANE);
        assertThat(claims.path("account_id").asText()).isEqualTo(globex);
        assertThat(claims.path("role").asText()).isEqualTo("member");
        assertThat(claims.path("permissions").toString()).isEqualTo("[\"campaigns:read\",\"templates:read\"]");
        assertThat(claims.path("typ").asText()).isEqualTo("mint-identity+jwt");
        assertThat(Jwt.header(jwt).path("typ").asText()).isEqualTo("mint-identity+jwt");
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(60);
        assertThat(claims.has("azp")).isFalse();
        assertThat(claims.has("sid")).isFalse();
        JWKSet keys = JWKSet.parse(
                Http.get(realm.url("/.well-known/jwks.json")).send().body());
        JWK key = keys.getKeyByKeyId(Jwt.header(jwt).path("kid").asText());
        JWSVerifier verifier =
                key.getKeyType() == KeyType.EC ? new ECDSAVerifier(key.toECKey()) : new RSASSAVerifier(key.toRSAKey());
        assertThat(SignedJWT.parse(jwt).verify(verifier)).isTrue();
        assertThat(Gate.identity(gate.verify("", session)).get(5)).as("without").isEmpty();
        String key2 = gate.key(session, List.of("campaigns:read"), Map.of("account_id", acme));
        String ofKey = Gate.identity(gate.byKey("?audience=" + Gate.encoded(Gate.API), key2))
                .get(5);
        assertThat(Jwt.payload(ofKey).path("permissions").toString()).isEqualTo("[\"campaigns:read\"]");
    }

    @Test
    void me_says_who_calls_and_by_what() {
        Answer answer = gate.me(session).expect(200);
        JsonNode me = answer.json();
        List<String> members = new ArrayList<>();
        me.fieldNames().forEachRemaining(members::add);
        assertThat(members).containsExactly("id", "email", "name", "account_id", "role", "permissions", "token");
        members.clear();
        me.path("token").fieldNames().forEachRemaining(members::add);
        assertThat(members).containsExactly("kind", "client_id", "act", "issued_at", "expires_at");
        assertThat(me.path("id").asText()).isEqualTo(jane);
        assertThat(me.path("account_id").asText()).isEqualTo(acme);
        assertThat(me.path("role").asText()).isEqualTo("owner");
        assertThat(me.path("permissions")).hasSize(4);
        assertThat(me.path("token").path("kind").asText()).isEqualTo("session");
        assertThat(me.path("token").path("client_id").asText()).isEqualTo(Gate.APP);
        assertThat(me.path("token").path("issued_at"))
                .isEqualTo(Jwt.payload(session).path("iat"));
        assertThat(me.path("token").path("expires_at"))
                .isEqualTo(Jwt.payload(session).path("exp"));
        assertThat(answer.header("cache-control")).contains("no-store");
    }

    @Test
    void pages_of_the_tokens_client_may_ask_me() {
        Answer answer = Http.get(realm.url("/api/auth/me"))
                .bearer(session)
                .header("Origin", Gate.ORIGIN)
                .send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).contains(Gate.ORIGIN);
        Answer preflight = Http.request("OPTIONS", realm.url("/api/auth/me"))
                .header("Origin", Gate.ORIGIN)
                .header("Access-Control-Request-Method", "GET")
                .send();
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-origin")).contains(Gate.ORIGIN);
        assertThat(Http.get(realm.url("/api/auth/me"))
                        .bearer(session)
                        .header("Origin", "https://evil.example")
                        .send()
                        .status())
                .isEqualTo(403);
    }

    /** T10: whose bearer would lead to his own realm would choose who judges him. This server's root has no realm of its own. */
    @Test
    void at_the_servers_root_no_bearer_finds_a_realm() {
        for (String path : List.of("/api/auth/verify", "/api/auth/verify/x", "/api/auth/me")) {
            Answer answer = Http.get(realm.server().url(path)).bearer(session).send();
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.headers("x-auth-user-id")).as(path).isEmpty();
        }
        for (String path : List.of("/api/auth/cookie", "/api/auth/embed-ticket")) {
            Answer answer = Http.post(realm.server().url(path))
                    .bearer(session)
                    .header("Origin", Gate.ORIGIN)
                    .json(Json.object("path", "/embed", "platformId", realm.platformId()))
                    .send();
            assertThat(answer.status()).as(path).isEqualTo(404);
        }
    }

    /** T17: an address that nobody has shown to be his lets nobody in. */
    @Test
    void an_address_that_is_not_verified_is_as_unknown() throws Exception {
        String email = "ceo@customer.example";
        String id = realm.createUser(email, user -> user.put("emailVerified", false));
        String token = gate.session(email);
        List<String> identity = Gate.identity(gate.verify("?audience=" + Gate.encoded(Gate.API), token));
        assertThat(identity.subList(0, 2)).containsExactly(id, "");
        assertThat(SignedJWT.parse(identity.get(5)).getJWTClaimsSet().getClaims())
                .doesNotContainKey("email");
        assertThat(gate.me(token).expect(200).json().path("email").isNull()).isTrue();
        realm.updateUser(id, user -> user.put("emailVerified", true));
        assertThat(Gate.identity(gate.verify("", token)).get(1)).isEqualTo(email);
        assertThat(gate.me(token).expect(200).json().path("email").asText()).isEqualTo(email);
    }

    /** T4: what one app was shown is no key to another, whoever made it. */
    @Test
    void a_minted_token_for_one_app_is_none_for_another() {
        String other = "https://reports.example";
        realm.post("/clients", Json.object("clientId", other, "enabled", true)).expect(201);
        realm.clientAttribute("tribe-upstream", "mint.audiences", Gate.API + "," + other);
        try {
            String token = gate.minted(Gate.JANE, Gate.API);
            assertThat(Gate.identity(gate.verify("?audience=" + Gate.encoded(Gate.API), token))
                            .get(5))
                    .isNotEmpty();
            Answer answer = gate.verify("?audience=" + Gate.encoded(other), token);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).isEqualTo("invalid_target");
        } finally {
            realm.clientAttribute("tribe-upstream", "mint.audiences", Gate.API);
        }
    }

    /** T33: at once on the node that did it. */
    @Test
    void rights_are_those_of_now() {
        String id = realm.createUser("now@example.com", user -> {});
        realm.post("/organizations/" + acme + "/members", Json.text(id)).expect(201, 204);
        join(id, "member");
        String token = gate.session("now@example.com");
        assertThat(Gate.identity(gate.verify("", token)).get(4)).isEqualTo(READS);
        join(id, "admin");
        assertThat(Gate.identity(gate.verify("", token)).subList(3, 5)).containsExactly("admin", ALL);
        realm.delete(groupMember(id, "admin")).expect(204);
        assertThat(Gate.identity(gate.verify("", token)).get(4)).isEqualTo(READS);
        assertThat(gate.verify("?account=acme", token).status()).isEqualTo(200);
        realm.delete("/organizations/" + acme + "/members/" + id).expect(204);
        assertThat(gate.verify("", token).status()).as("left").isEqualTo(401);
        assertThat(gate.verify("?account=acme", token).status()).as("left").isEqualTo(403);
        realm.updateUser(id, user -> user.put("enabled", false));
        assertThat(gate.verify("?account=acme", token).status()).as("disabled").isEqualTo(401);
    }

    private static void join(String id, String group) {
        realm.put(groupMember(id, group), "").expect(201, 204);
    }

    private static String groupMember(String id, String group) {
        String found = null;
        for (JsonNode each :
                realm.get("/organizations/" + acme + "/groups").expect(200).json()) {
            if (each.path("name").asText().equals(group)) {
                found = each.path("id").asText();
            }
        }
        return "/organizations/" + acme + "/groups/" + found + "/members/" + id;
    }
}
