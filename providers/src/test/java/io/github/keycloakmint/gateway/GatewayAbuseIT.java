package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Dpop;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.RawHttp;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whom the gateway does not let through. */
@Tag("once")
class GatewayAbuseIT {

    private static TestRealm realm;
    private static Gate gate;
    private static String session;
    private static String key;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        gate = new Gate(realm);
        session = gate.session(Gate.JANE);
        key = gate.key(session, List.of("campaigns:read"), Map.of("account_id", gate.organization("acme")));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void refused(String as, Http request) {
        Answer answer = request.send();
        assertThat(answer.status()).as(as + ": " + answer.body()).isEqualTo(401);
        assertThat(answer.json().path("error").asText()).as(as).isEqualTo("unauthorized");
        assertThat(answer.header("www-authenticate").orElse("")).as(as).startsWith("Bearer");
        assertThat(answer.headers().keySet()).as(as).noneMatch(name -> name.startsWith("x-auth-"));
    }

    @Test
    void nobody_is_refused_and_told_how_to_come_in() {
        Answer answer = gate.verify("").send();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).contains("Bearer");
        refused("cookie of somebody else", gate.verify("").header("Cookie", "token=abc; x=s%3Aa.b"));
        refused("query", gate.verify("?token=" + session));
        refused("query below", gate.verify("/embed/board?token=" + session));
    }

    /** A proxy asks about somebody's preflight: nothing is said about the realm's pages. */
    @Test
    void a_preflight_is_no_credential_and_learns_nothing() {
        Answer answer = Http.request("OPTIONS", realm.url("/api/auth/verify"))
                .header("Origin", Gate.ORIGIN)
                .header("Access-Control-Request-Method", "DELETE")
                .send();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers().keySet())
                .noneMatch(name -> name.startsWith("access-control-") || name.equals("allow"));
    }

    @Test
    void what_is_malformed_is_not_good_even_beside_what_is() {
        Map<String, Http> requests = new LinkedHashMap<>();
        String account = gate.account(session, "acme");
        requests.put("two bearers", gate.verify("").bearer(session).bearer(session));
        requests.put("two keys", gate.verify("").header("X-API-KEY", key).header("X-API-KEY", key));
        requests.put("two tokens", gate.verify("").header("token", session).header("token", session));
        requests.put("empty bearer", gate.verify("").header("Authorization", "").header("token", session));
        requests.put("bare scheme", gate.verify("").header("Authorization", "Bearer"));
        requests.put(
                "basic", gate.verify("").header("Authorization", "Basic YTpi").header("token", session));
        requests.put("no scheme", gate.verify("").header("Authorization", session));
        requests.put("key as bearer", gate.verify("").bearer(key));
        requests.put("token as key", gate.verify("").header("X-API-KEY", session));
        requests.put("key as token", gate.verify("").header("token", key));
        requests.put("empty key beside", gate.verify("").bearer(session).header("X-API-KEY", ""));
        requests.put("bad key beside", gate.verify("").bearer(session).header("X-API-KEY", key + "x"));
        requests.put("bad token beside", gate.verify("").bearer(session).header("token", account + "x"));
        requests.put("bad bearer beside", gate.verify("").bearer(session + "x").header("X-API-KEY", key));
        requests.put("huge token", gate.verify("").header("token", "a".repeat(16_385)));
        requests.put("huge key", gate.verify("").header("X-API-KEY", "km_live_" + "a".repeat(16_000)));
        requests.put("list", gate.verify("").header("token", session + "," + session));
        requests.forEach(GatewayAbuseIT::refused);
    }

    /** Keycloak fails where a header names no algorithm; its own doors answer 500. */
    @Test
    void a_token_whose_header_names_no_algorithm_is_none_at_any_door() {
        for (String token : List.of("e30.e30.", "e30.e30", "bnVsbA.e30.", "eyJhbGciOm51bGx9.e30.e30", "..", "e30..")) {
            refused(token, gate.verify("").bearer(token));
            refused(token, gate.verify("").header("Authorization", "DPoP " + token));
            refused(token, gate.verify("").header("token", token));
            for (String path : List.of("/api/auth/me", "/api/api-keys", "/api/accounts")) {
                assertThat(Http.get(realm.url(path)).bearer(token).send().status())
                        .as(path + ' ' + token)
                        .isEqualTo(401);
            }
            for (String path : List.of(
                    "/api/auth/cookie",
                    "/api/auth/embed-ticket",
                    "/api/api-keys",
                    "/api/accounts/acme/token",
                    "/auth/change-password")) {
                assertThat(Http.post(realm.url(path))
                                .header("Origin", Gate.ORIGIN)
                                .bearer(token)
                                .json("{}")
                                .send()
                                .status())
                        .as(path + ' ' + token)
                        .isEqualTo(401);
            }
            assertThat(Http.post(realm.url("/protocol/openid-connect/token"))
                            .form(Map.of(
                                    "grant_type",
                                    "urn:ietf:params:oauth:grant-type:token-exchange",
                                    "client_id",
                                    Gate.APP,
                                    "subject_token",
                                    token,
                                    "subject_token_type",
                                    "urn:ietf:params:oauth:token-type:access_token",
                                    "account_id",
                                    "acme",
                                    "audience",
                                    Gate.API))
                            .send()
                            .status())
                    .as("exchange " + token)
                    .isEqualTo(400);
        }
    }

    /** Contract section 8, wherever a bearer is taken. */
    @Test
    void two_identities_in_one_call_are_refused_at_every_door() {
        String john = gate.session(Gate.JOHN);
        String johns = gate.key(john, List.of(), Map.of());
        Map<String, Map<String, String>> beside = Map.of(
                "X-API-KEY", Map.of(johns, "403", key, "good", "km_live_x", "401"),
                "token", Map.of(john, "403", session, "good", "e30.e30.", "401"));
        beside.forEach((header, values) -> values.forEach((value, expected) -> {
            for (Http request : List.of(
                    Http.get(realm.url("/api/api-keys")),
                    Http.get(realm.url("/api/accounts")),
                    Http.post(realm.url("/api/auth/cookie"))
                            .header("Origin", Gate.ORIGIN)
                            .json("{}"),
                    Http.post(realm.url("/api/auth/embed-ticket"))
                            .header("Origin", Gate.ORIGIN)
                            .json(Json.object("path", "/embed/board")))) {
                Answer answer = request.bearer(session).header(header, value).send();
                if (expected.equals("good")) {
                    assertThat(answer.status()).as(answer.body()).isLessThan(300);
                } else {
                    assertThat(answer.status()).as(header + answer.body()).isEqualTo(Integer.parseInt(expected));
                    assertThat(answer.header("set-cookie")).isEmpty();
                    assertThat(answer.body())
                            .contains(expected.equals("403") ? "ambiguous_credentials" : "unauthorized");
                }
            }
        }));
        Http byKey = Http.post(realm.url("/api/accounts/acme/token"))
                .header("X-API-KEY", key)
                .header("token", john)
                .json(Json.object("audience", Gate.API));
        assertThat(byKey.send().json().path("error").asText()).isEqualTo("ambiguous_credentials");
        Http byBearer = Http.post(realm.url("/api/accounts/acme/token"))
                .bearer(session)
                .header("token", john)
                .json(Json.object("audience", Gate.API));
        assertThat(byBearer.send().json().path("error").asText()).isEqualTo("ambiguous_credentials");
    }

    @Test
    void a_content_type_that_can_not_be_read_is_not_looked_at() {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "POST")) {
            for (String type : List.of("x", "/", "a/b/c", ";", "text/plain, text/html")) {
                Http request =
                        Http.request(method, realm.url("/api/auth/verify")).header("Content-Type", type);
                assertThat(request.send().status()).as(method + ' ' + type).isEqualTo(401);
                assertThat(request.bearer(session).send().status())
                        .as(method + ' ' + type)
                        .isEqualTo(200);
            }
            if (!method.equals("OPTIONS")) {
                assertThat(Http.request(method, realm.url("/api/api-keys"))
                                .header("Content-Type", "x")
                                .send()
                                .status())
                        .as(method)
                        .isIn(401, 405);
            }
        }
    }

    @Test
    void bytes_that_are_no_ascii_are_nobodys() {
        for (String header :
                List.of("Authorization: Bearer jäne", "X-API-KEY: km_live_ä", "token: \u0001", "token: é")) {
            Answer answer = RawHttp.send(
                    realm.url("/"),
                    "GET " + realm.url("/api/auth/verify").getPath() + " HTTP/1.1\r\nHost: "
                            + realm.url("/").getAuthority() + "\r\n" + header + "\r\nConnection: close\r\n\r\n");
            assertThat(answer.status()).as(header).isIn(400, 401);
        }
    }

    @Test
    void a_key_that_is_over_its_limit_may_come_again_later() {
        String limited = gate.key(session, List.of(), Map.of("rate_limit", Map.of("requests", 2, "seconds", 600)));
        assertThat(gate.byKey("", limited).status()).isEqualTo(200);
        assertThat(gate.byKey("", limited).status()).isEqualTo(200);
        Answer answer = gate.byKey("", limited);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().path("error").asText()).isEqualTo("too_many_requests");
        assertThat(Integer.parseInt(answer.header("retry-after").orElseThrow())).isBetween(1, 600);
        assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("x-auth-"));
        Answer me =
                Http.get(realm.url("/api/auth/me")).header("X-API-KEY", limited).send();
        assertThat(me.status()).as("where nginx is not asked for").isEqualTo(429);
        assertThat(me.header("retry-after")).isPresent();
    }

    /** T9: what a stranger writes into a header is no address. */
    @Test
    void a_key_for_other_addresses_is_none_here() {
        String elsewhere = gate.key(session, List.of(), Map.of("allowed_ips", List.of("203.0.113.0/24")));
        refused("here", gate.verify("").header("X-API-KEY", elsewhere));
        refused(
                "said to be there",
                gate.verify("").header("X-API-KEY", elsewhere).header("X-Forwarded-For", "203.0.113.7"));
    }

    @Test
    void a_key_that_was_revoked_is_none_at_once() {
        String gone = gate.key(session, List.of(), Map.of());
        assertThat(gate.byKey("", gone).status()).isEqualTo(200);
        Http.delete(realm.url("/api/api-keys/" + gone.split("_")[2]))
                .bearer(session)
                .send()
                .expect(204);
        refused("revoked", gate.verify("").header("X-API-KEY", gone));
    }

    @Test
    void two_identities_in_one_call_are_none() {
        String john = gate.session(Gate.JOHN);
        Map<String, Http> requests = new LinkedHashMap<>();
        requests.put("bearer and key", gate.verify("").bearer(john).header("X-API-KEY", key));
        requests.put("bearer and token", gate.verify("").bearer(john).header("token", session));
        requests.put("key and token", gate.verify("").header("X-API-KEY", key).header("token", john));
        requests.put("at me", Http.get(realm.url("/api/auth/me")).bearer(john).header("X-API-KEY", key));
        requests.put(
                "minted and session",
                gate.verify("").bearer(gate.minted(Gate.JANE)).header("token", session));
        requests.forEach((as, request) -> {
            Answer answer = request.send();
            assertThat(answer.status()).as(as).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).as(as).isEqualTo("ambiguous_credentials");
        });
        assertThat(gate.verify("")
                        .bearer(session)
                        .header("token", session)
                        .send()
                        .status())
                .as("one twice")
                .isEqualTo(200);
        assertThat(gate.verify("")
                        .bearer(session)
                        .header("X-API-KEY", key)
                        .send()
                        .status())
                .as("one in two kinds")
                .isEqualTo(200);
    }

    @Test
    void tokens_that_are_no_access_tokens_of_this_realm_are_none() {
        JsonNode tokens = realm.token(
                        Gate.APP,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                Gate.JANE,
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                "openid"))
                .expect(200)
                .json();
        refused(
                "refresh token",
                gate.verify("").bearer(tokens.path("refresh_token").asText()));
        refused(
                "id token",
                gate.verify("").header("token", tokens.path("id_token").asText()));
        refused("none", gate.verify("").bearer("eyJhbGciOiJub25lIn0." + session.split("\\.")[1] + "."));
        refused("changed", gate.verify("").bearer(session.substring(0, session.length() - 3) + "AAA"));
        try (TestRealm other = TestRealm.create()) {
            String foreign = new Gate(other).session(Gate.JANE);
            refused("another realm's", gate.verify("").bearer(foreign));
            refused("another realm's", gate.verify("").header("token", foreign));
            String foreignKey = new Gate(other).key(foreign, List.of(), Map.of());
            refused("another realm's key", gate.verify("").header("X-API-KEY", foreignKey));
        }
    }

    @Test
    void what_has_ended_is_refused_at_once() {
        String revoked = gate.session(Gate.JOHN);
        String ended = gate.session(Gate.JOHN);
        String account = gate.account(ended, "acme");
        assertThat(gate.verify("", account).status()).isEqualTo(200);
        assertThat(gate.verify("", revoked).status()).isEqualTo(200);
        realm.token(Gate.APP, Map.of("grant_type", "none"));
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", Gate.APP, "token", revoked, "token_type_hint", "access_token"))
                .send()
                .expect(200);
        refused("revoked", gate.verify("").bearer(revoked));
        realm.post("/users/" + realm.userId(Gate.JOHN) + "/logout", "").expect(204);
        refused("signed out", gate.verify("").bearer(ended));
        refused("its account token", gate.verify("").bearer(account));
        String minted = gate.minted(Gate.MAX);
        assertThat(gate.verify("", minted).status()).isEqualTo(200);
        // T15: again at each use
        realm.assignClientRole(realm.userId(Gate.MAX), "realm-management", "view-users");
        refused("an administrator by now", gate.verify("").bearer(minted));
        realm.removeClientRole(realm.userId(Gate.MAX), "realm-management", "view-users");
        assertThat(gate.verify("", minted).status()).isEqualTo(200);
        realm.post("/mint/mints/revoke", Json.object("user_id", realm.userId(Gate.MAX)))
                .expect(200, 204);
        refused("T20", gate.verify("").bearer(minted));
    }

    @Test
    void T8_a_client_that_has_not_opted_in_lets_nobody_through() {
        Answer answer = gate.verify("", realm.passwordToken("admin-cli", Gate.JANE, TestRealm.PASSWORD));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(gate.me(realm.passwordToken("admin-cli", Gate.JANE, TestRealm.PASSWORD))
                        .status())
                .isEqualTo(403);
        realm.clientAttribute("admin-cli", "mint.capabilities", "gateway");
        assertThat(gate.verify("", realm.passwordToken("admin-cli", Gate.JANE, TestRealm.PASSWORD))
                        .status())
                .as("which can't")
                .isEqualTo(403);
        assertThat(gate.verify("", realm.clientToken("introspector")).status()).isEqualTo(403);
    }

    @Test
    void T36_a_token_that_is_bound_to_a_key_needs_its_proof() {
        Dpop holder = new Dpop();
        String bound = gate.bound(holder);
        URI uri = realm.url("/api/auth/verify");
        refused("as bearer", gate.verify("").bearer(bound));
        refused("as token", gate.verify("").header("token", bound));
        refused(
                "as token with a proof",
                gate.verify("").header("token", bound).header("DPoP", holder.proof("GET", uri, Optional.of(bound))));
        refused(
                "behind another's scheme",
                gate.verify("")
                        .header("Authorization", "DPoP " + session)
                        .header("token", bound)
                        .header("DPoP", holder.proof("GET", uri, Optional.of(bound))));
        refused(
                "proof of another address",
                gate.verify("")
                        .header("Authorization", "DPoP " + bound)
                        .header("DPoP", holder.proof("GET", realm.url("/api/auth/me"), Optional.of(bound))));
        Answer proven = gate.verify("")
                .header("Authorization", "DPoP " + bound)
                .header("token", bound)
                .header("DPoP", holder.proof("GET", uri, Optional.of(bound)))
                .send();
        assertThat(proven.status()).as(proven.body()).isEqualTo(200);
    }

    @Test
    void strangers_say_nothing_about_other_requests_and_nothing_about_themselves() {
        Answer answer = gate.verify("")
                .bearer(gate.session(Gate.MAX))
                .header("X-Auth-User-Id", "root")
                .header("X-Auth-Role", "owner")
                .header("X-Auth-Permissions", "campaigns:write")
                .header("X-Auth-Account-Id", "acme")
                .header("X-Forwarded-For", "10.0.0.1")
                .send();
        assertThat(Gate.identity(answer)).containsExactly(realm.userId(Gate.MAX), Gate.MAX, "", "", "", "");
        for (String header : List.of("X-Original-URI", "X-Forwarded-Uri", "x-envoy-original-path")) {
            refused(header, gate.verify("").header(header, "/embed/board?token=" + session));
        }
    }

    /** Keycloak's own verifier ends in an exception for them, and a stranger would write it into the log (T11). */
    @Test
    void a_header_that_names_no_algorithm_is_no_token() {
        for (String token : List.of("e30.e30.", "e30.e30.AAAA", "bnVsbA.e30.", "eyJhbGciOm51bGx9.e30.")) {
            refused(token, gate.verify("").bearer(token));
            refused(token, gate.verify("").header("token", token));
            refused(token, gate.verify("").header("Authorization", "DPoP " + token));
        }
    }

    @Test
    void a_question_that_is_not_understood_is_answered_no() {
        for (String query : List.of(
                "?permission=",
                "?permission=*",
                "?permission=campaigns:*",
                "?permission=a:b:c",
                "?permission=campaigns:read,campaigns:write",
                "?permission=campaigns:read%20",
                "?permission=campaigns:read%0a",
                "?permission=%C3%A4",
                "?any=",
                "?any=campaigns:read,",
                "?any=,",
                "?any=campaigns:read&any=templates:read",
                "?account=",
                "?account=acme&account=globex",
                "?account=" + "a".repeat(256),
                "?audience=",
                "?audience=a&audience=b",
                // a letter too many asks for nothing
                "?permissions=campaigns:write",
                "?Permission=campaigns:write",
                "?perm=campaigns:write",
                "?permission[]=campaigns:write",
                "?permission=campaigns:read&Account=acme",
                "?accounts=acme",
                "?aud=x",
                "?=x",
                "?x")) {
            Answer answer = gate.verify(query, session);
            assertThat(answer.status()).as(query).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).as(query).isEqualTo("bad_request");
        }
        for (String query : List.of("?account=nowhere", "?account=../acme")) {
            Answer answer = gate.verify(query, session);
            assertThat(answer.status()).as(query).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).as(query).isEqualTo("forbidden");
        }
        for (String audience : List.of("nobody", "realm-management", "account", Gate.APP, "introspector")) {
            Answer answer = gate.verify("?audience=" + audience, session);
            assertThat(answer.status()).as(audience).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).as(audience).isEqualTo("invalid_target");
        }
    }

    @Test
    void T4_what_was_narrowed_stays_as_narrow() {
        String account = gate.account(session, "acme");
        assertThat(gate.verify("?account=globex", account).status()).isEqualTo(403);
        assertThat(gate.verify("?audience=introspector", account).status()).isEqualTo(403);
        String minted = gate.minted(Gate.JANE);
        assertThat(gate.verify("?account=acme", minted).status()).isEqualTo(403);
        assertThat(gate.verify("?permission=campaigns:read", minted).status()).isEqualTo(403);
    }

    @Test
    void more_permissions_than_the_realm_allows_are_an_error_and_no_header() {
        realm.realmAttribute("mint.permissions.max", "3");
        try {
            Answer answer = gate.verify("", session);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().path("error").asText()).isEqualTo("too_many_permissions");
            assertThat(answer.json().path("message").asText()).contains("4").contains("3");
            assertThat(gate.verify("?account=globex", session).status()).isEqualTo(200);
        } finally {
            realm.realmAttribute("mint.permissions.max", null);
        }
    }

    /** T36: what no header can carry grants nothing and says nothing. */
    @Test
    void names_beyond_ascii_get_into_no_header() {
        realm.post("/clients/" + realm.clientUuid(Gate.API) + "/roles", Json.object("name", "a,campaigns:admin"))
                .expect(201);
        realm.post("/clients/" + realm.clientUuid(Gate.API) + "/roles", Json.object("name", "straße"))
                .expect(201);
        String id = realm.createUser("gruss@example.com", user -> {});
        realm.post("/organizations/" + gate.organization("acme") + "/members", Json.text(id))
                .expect(201, 204);
        realm.assignClientRole(id, Gate.API, "a,campaigns:admin");
        realm.assignClientRole(id, Gate.API, "straße");
        realm.assignClientRole(id, Gate.API, "campaigns:read");
        Answer answer = gate.verify("", gate.session("gruss@example.com"));
        List<String> identity = Gate.identity(answer);
        assertThat(identity.get(0)).isEqualTo(id);
        assertThat(identity.get(4)).isEqualTo("campaigns:read");
    }

    @Test
    void a_realm_that_is_closed_answers_as_none() {
        realm.updateRealm(changed -> changed.put("enabled", false));
        try {
            assertThat(gate.verify("", session).status()).isEqualTo(404);
        } finally {
            realm.updateRealm(changed -> changed.put("enabled", true));
        }
    }

    /** T11: a stranger writes nothing, however often he asks. */
    @Test
    void no_call_leaves_an_event() {
        int before = realm.events().size();
        gate.verify("").send();
        gate.verify("", "nonsense");
        gate.verify("?permission=none", session);
        gate.verify("", session).expect(200);
        assertThat(realm.events()).hasSize(before);
    }
}
