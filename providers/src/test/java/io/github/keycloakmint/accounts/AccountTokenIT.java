package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Dpop;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code POST /api/accounts/{account_id}/token}: what a member gets. */
class AccountTokenIT {

    private static final List<String> ALL =
            List.of("campaigns:read", "campaigns:write", "templates:read", "templates:write");
    private static final List<String> READS = List.of("campaigns:read", "templates:read");

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static ApiServer api;
    private static String acme;
    private static String globex;

    @BeforeAll
    static void start() throws IOException {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        api = new ApiServer(realm);
        acme = tenancy.organization("acme");
        globex = tenancy.organization("globex");
    }

    @AfterAll
    static void stop() {
        api.close();
        realm.close();
    }

    @Test
    void an_owner_gets_a_token_for_his_account_by_id_and_by_alias() {
        String session = tenancy.session(Tenancy.JANE);
        for (String account : List.of(acme, "acme")) {
            Answer answer = tenancy.issue(session, account);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.header("cache-control")).contains("no-store");
            assertThat(members(answer.json()))
                    .containsExactly(
                            "access_token",
                            "token_type",
                            "expires_in",
                            "account_id",
                            "audience",
                            "role",
                            "permissions");
            assertThat(answer.json().path("token_type").asText()).isEqualTo("Bearer");
            assertThat(answer.json().path("expires_in").asLong()).isBetween(86_300L, 86_400L);
            assertThat(answer.json().path("account_id").asText()).isEqualTo(acme);
            assertThat(answer.json().path("audience").asText()).isEqualTo(Tenancy.API);
            assertThat(answer.json().path("role").asText()).isEqualTo("owner");
            assertThat(texts(answer.json().path("permissions"))).isEqualTo(ALL);
        }
    }

    @Test
    void its_claims_are_those_of_the_account_alone() {
        String session = tenancy.session(Tenancy.JANE);
        JsonNode parent = Jwt.payload(session);
        JsonNode claims = Jwt.payload(tenancy.token(session, globex));
        assertThat(claims.path("iss").asText()).isEqualTo(realm.url("").toString());
        assertThat(claims.path("sub").asText()).isEqualTo(realm.userId(Tenancy.JANE));
        assertThat(claims.path("aud").asText()).isEqualTo(Tenancy.API);
        assertThat(claims.path("azp").asText()).isEqualTo(Tenancy.APP);
        assertThat(claims.path("account_id").asText()).isEqualTo(globex);
        assertThat(claims.path("team_id").asText()).isEqualTo(globex);
        assertThat(claims.path("role").asText()).isEqualTo("member");
        assertThat(texts(claims.path("permissions"))).isEqualTo(READS);
        assertThat(texts(claims.path("organization"))).containsExactly("globex");
        assertThat(claims.path("pjti")).isEqualTo(parent.path("jti"));
        assertThat(claims.path("jti").asText()).startsWith("onrtma:");
        for (String kept : List.of("sid", "acr", "auth_time", "exp", "email")) {
            assertThat(claims.path(kept)).as(kept).isEqualTo(parent.path(kept));
            assertThat(claims.has(kept) || kept.equals("auth_time")).as(kept).isTrue();
        }
        for (String gone : List.of("preferred_username", "realm_access", "resource_access", "nonce", "pazp")) {
            assertThat(claims.has(gone)).as(gone).isFalse();
        }
        assertThat(claims.path("scope").asText().split(" ")).doesNotContain("openid");
        assertThat(Jwt.header(tenancy.token(session, globex)).path("alg").asText())
                .isEqualTo("RS256");
    }

    @Test
    void a_resource_server_accepts_it_and_nothing_else() throws IOException {
        String session = tenancy.session(Tenancy.JANE);
        Answer read = api.read(tenancy.token(session, acme));
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(acme);
        assertThat(api.write(tenancy.token(session, acme)).status()).isEqualTo(200);
        assertThat(api.write(tenancy.token(session, globex)).status()).isEqualTo(403);
        assertThat(api.read(session).status()).as("un-narrowed").isEqualTo(401);
        realm.createClient(Json.object("clientId", "https://other.example", "publicClient", false));
        realm.clientAttribute(Tenancy.APP, "mint.audiences", Tenancy.API + ",https://other.example");
        String other = tenancy.issue(session, acme, Json.object("audience", "https://other.example"))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(texts(Jwt.payload(other).path("permissions")))
                .as("of another audience")
                .isEmpty();
        assertThat(api.read(other).status()).as("another audience").isEqualTo(401);
        try (TestRealm elsewhere = TestRealm.create()) {
            Tenancy there = new Tenancy(elsewhere);
            assertThat(api.read(there.token(there.session(Tenancy.JANE), "acme"))
                            .status())
                    .as("another issuer")
                    .isEqualTo(401);
        }
    }

    @Test
    void a_resource_server_refuses_it_when_it_has_expired() {
        String session = tenancy.session(Tenancy.JANE);
        realm.clientAttribute(Tenancy.APP, "access.token.lifespan", "2");
        try {
            Answer answer = tenancy.issue(session, acme).expect(200);
            assertThat(answer.json().path("expires_in").asLong())
                    .as("the client's life")
                    .isLessThanOrEqualTo(2);
            String token = answer.json().path("access_token").asText();
            Poll.untilTrue(
                    "expiry", Duration.ofSeconds(10), () -> api.read(token).status() == 401);
            Poll.untilTrue("expiry at introspection", Duration.ofSeconds(10), () -> !tenancy.active(token));
        } finally {
            realm.clientAttribute(Tenancy.APP, "access.token.lifespan", "86400");
        }
    }

    @Test
    void it_ends_with_its_parent() {
        realm.clientAttribute(Tenancy.APP, "access.token.lifespan", "60");
        String session;
        try {
            session = tenancy.session(Tenancy.JANE);
        } finally {
            realm.clientAttribute(Tenancy.APP, "access.token.lifespan", "86400");
        }
        assertThat(Jwt.payload(tenancy.token(session, acme)).path("exp"))
                .isEqualTo(Jwt.payload(session).path("exp"));
    }

    @Test
    void a_member_gets_what_his_group_may_and_what_is_mapped_to_him() {
        String session = tenancy.session(Tenancy.JOHN);
        assertThat(texts(tenancy.issue(session, acme).expect(200).json().path("permissions")))
                .isEqualTo(READS);
        String john = realm.userId(Tenancy.JOHN);
        realm.assignClientRole(john, Tenancy.API, "templates:write");
        try {
            assertThat(texts(tenancy.issue(session, acme).expect(200).json().path("permissions")))
                    .containsExactly("campaigns:read", "templates:read", "templates:write");
        } finally {
            realm.removeClientRole(john, Tenancy.API, "templates:write");
        }
    }

    @Test
    void a_member_without_a_group_has_no_role_and_no_permission() {
        String organization = tenancy.createOrganization("groupless");
        tenancy.join(organization, realm.userId(Tenancy.JOHN));
        Answer answer = tenancy.issue(tenancy.session(Tenancy.JOHN), organization);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().get("role").isNull()).isTrue();
        assertThat(answer.json().path("permissions")).isEmpty();
        String token = answer.json().path("access_token").asText();
        assertThat(Jwt.payload(token).get("role").isNull()).isTrue();
        JsonNode live = tenancy.introspect(token);
        assertThat(live.path("active").asBoolean()).isTrue();
        assertThat(live.get("role").isNull()).isTrue();
        tenancy.leave(organization, realm.userId(Tenancy.JOHN));
    }

    @Test
    void scope_cuts_the_permissions_and_adds_none() {
        String session = tenancy.session(Tenancy.JOHN);
        Answer answer = tenancy.issue(
                session,
                acme,
                Json.object("audience", Tenancy.API, "scope", "campaigns:read campaigns:write openid nonsense"));
        assertThat(texts(answer.expect(200).json().path("permissions"))).containsExactly("campaigns:read");
        String token = answer.json().path("access_token").asText();
        assertThat(texts(Jwt.payload(token).path("permissions"))).containsExactly("campaigns:read");
        assertThat(texts(tenancy.introspect(token).path("permissions"))).containsExactly("campaigns:read");
        assertThat(realm.userinfo(token).status()).isEqualTo(403);
        assertThat(tenancy.issue(session, acme, Json.object("audience", Tenancy.API, "scope", " "))
                        .expect(200)
                        .json()
                        .path("permissions"))
                .isEmpty();
    }

    @Test
    void resource_is_another_word_for_audience() {
        String session = tenancy.session(Tenancy.JANE);
        for (Object body : List.of(
                Json.object("resource", Tenancy.API), Json.object("resource", Tenancy.API, "audience", Tenancy.API))) {
            assertThat(tenancy.issue(session, acme, body)
                            .expect(200)
                            .json()
                            .path("audience")
                            .asText())
                    .isEqualTo(Tenancy.API);
        }
    }

    @Test
    void the_servers_root_has_the_endpoint_too() {
        Answer answer = Http.post(realm.server().url("/api/accounts/acme/token"))
                .bearer(tenancy.session(Tenancy.JANE))
                .json(Json.object("audience", Tenancy.API))
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("account_id").asText()).isEqualTo(acme);
    }

    @Test
    void introspection_tells_role_and_permissions_of_now_within_those_of_the_token() {
        String id = realm.createUser("changing@example.com", user -> {});
        tenancy.join(acme, id);
        tenancy.joinGroup(acme, "owner", id);
        String session = tenancy.session("changing@example.com");
        String token = tenancy.token(session, acme);
        assertThat(tenancy.introspect(token).path("role").asText()).isEqualTo("owner");
        tenancy.leaveGroup(acme, "owner", id);
        tenancy.joinGroup(acme, "member", id);
        JsonNode lower = tenancy.introspect(token);
        assertThat(lower.path("active").asBoolean()).isTrue();
        assertThat(lower.path("role").asText()).isEqualTo("member");
        assertThat(texts(lower.path("permissions"))).isEqualTo(READS);
        assertThat(lower.path("account_id").asText()).isEqualTo(acme);
        assertThat(lower.path("team_id").asText()).isEqualTo(acme);
        assertThat(lower.path("aud").asText()).isEqualTo(Tenancy.API);
        assertThat(lower.path("azp").asText()).isEqualTo(Tenancy.APP);
        String small = tenancy.token(session, acme);
        tenancy.joinGroup(acme, "owner", id);
        assertThat(texts(tenancy.introspect(small).path("permissions")))
                .as("never more than it was issued with")
                .isEqualTo(READS);
        assertThat(texts(tenancy.introspect(token).path("permissions"))).isEqualTo(ALL);
    }

    @Test
    void no_session_is_made_or_touched() {
        String email = "quiet@example.com";
        String id = realm.createUser(email, user -> {});
        tenancy.join(acme, id);
        String session = tenancy.session(email);
        JsonNode before = realm.get("/users/" + id + "/sessions").expect(200).json();
        tenancy.token(session, acme);
        assertThat(realm.get("/users/" + id + "/sessions").expect(200).json()).isEqualTo(before);
        assertThat(before).hasSize(1);
    }

    /** T1: with HS256 it is sealed, and the realm alone can check it. */
    @Test
    void a_client_of_HS256_gets_sealed_tokens() {
        tenancy.createBackend(
                "sealed", client -> client.withObject("/attributes").put("access.token.signed.response.alg", "HS256"));
        String session =
                tenancy.tokens("sealed", Tenancy.JANE).path("access_token").asText();
        String token = tenancy.token(session, acme);
        assertThat(Jwt.header(token).path("alg").asText()).isEqualTo("HS256");
        assertThat(Jwt.payload(token).path("jti").asText()).contains(".");
        assertThat(tenancy.active(token)).isTrue();
        assertThat(api.read(token).status()).isEqualTo(401);
    }

    @Test
    void a_page_of_the_client_may_call() {
        String session = tenancy.session(Tenancy.JANE);
        Answer answer = tenancy.post(acme)
                .bearer(session)
                .header("Origin", Tenancy.ORIGIN)
                .json(Json.object("audience", Tenancy.API))
                .send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).contains(Tenancy.ORIGIN);
        Answer preflight = Http.request("OPTIONS", realm.url("/api/accounts/" + acme + "/token"))
                .header("Origin", Tenancy.ORIGIN)
                .header("Access-Control-Request-Method", "POST")
                .send();
        assertThat(preflight.header("access-control-allow-origin")).contains(Tenancy.ORIGIN);
    }

    /** Two tabs of one session, each in an account of its own, while the session is refreshed under them. */
    @Test
    void two_tabs_with_two_accounts_never_cross() throws Exception {
        // Keycloak refuses a sign-in beside another one of the same user
        List<Callable<Void>> work = List.of(tab(acme, "owner"), tab(globex, "member"));
        ExecutorService tabs = Executors.newFixedThreadPool(2);
        try {
            for (Future<Void> done : tabs.invokeAll(work)) {
                done.get();
            }
        } finally {
            tabs.shutdownNow();
        }
        String refresh =
                tenancy.tokens(Tenancy.APP, Tenancy.JANE).path("refresh_token").asText();
        for (int i = 0; i < 50; i++) {
            JsonNode tokens = refreshed(refresh);
            refresh = tokens.path("refresh_token").asText();
            boolean first = i % 2 == 0;
            expectAccount(tokens.path("access_token").asText(), first ? acme : globex, first ? "owner" : "member");
        }
    }

    private static Callable<Void> tab(String account, String role) {
        String first =
                tenancy.tokens(Tenancy.APP, Tenancy.JANE).path("refresh_token").asText();
        return () -> {
            String refresh = first;
            for (int i = 0; i < 50; i++) {
                JsonNode tokens = refreshed(refresh);
                refresh = tokens.path("refresh_token").asText();
                expectAccount(tokens.path("access_token").asText(), account, role);
            }
            return null;
        };
    }

    private static JsonNode refreshed(String refreshToken) {
        return realm.token(Tenancy.APP, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken))
                .expect(200)
                .json();
    }

    private static void expectAccount(String session, String account, String role) {
        JsonNode claims = Jwt.payload(tenancy.token(session, account));
        assertThat(claims.path("account_id").asText()).isEqualTo(account);
        assertThat(claims.path("role").asText()).isEqualTo(role);
        assertThat(texts(claims.path("permissions"))).isEqualTo(role.equals("owner") ? ALL : READS);
    }

    @Test
    void a_parent_bound_to_a_key_keeps_its_binding() {
        Dpop holder = new Dpop();
        String session = bound(holder);
        URI uri = realm.url("/api/accounts/" + acme + "/token");
        Answer answer = tenancy.post(acme)
                .header("Authorization", "DPoP " + session)
                .header("DPoP", holder.proof("POST", uri, Optional.of(session)))
                .json(Json.object("audience", Tenancy.API))
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("token_type").asText()).isEqualTo("DPoP");
        String token = answer.json().path("access_token").asText();
        assertThat(Jwt.payload(token).path("cnf").path("jkt").asText()).isEqualTo(holder.thumbprint());
        assertThat(Jwt.payload(token).path("typ").asText()).isEqualTo("DPoP");
        assertThat(tenancy.introspect(token).path("cnf").path("jkt").asText()).isEqualTo(holder.thumbprint());
    }

    @Test
    void the_servers_root_finds_the_realm_of_a_bound_token() {
        Dpop holder = new Dpop();
        String session = bound(holder);
        URI uri = realm.server().url("/api/accounts/acme/token");
        Answer answer = Http.post(uri)
                .header("Authorization", "DPoP " + session)
                .header("DPoP", holder.proof("POST", uri, Optional.of(session)))
                .json(Json.object("audience", Tenancy.API))
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void a_parent_bound_to_a_key_is_nothing_without_it() {
        Dpop holder = new Dpop();
        String session = bound(holder);
        URI uri = realm.url("/api/accounts/" + acme + "/token");
        String used = holder.proof("POST", uri, Optional.of(session));
        assertThat(withProof("DPoP", session, used)).isEqualTo(200);
        Map<String, Integer> refused = new LinkedHashMap<>();
        refused.put("as bearer", tenancy.issue(session, acme).status());
        refused.put("as bearer with a proof", withProof("Bearer", session, fresh(holder, uri, session)));
        refused.put("used proof", withProof("DPoP", session, used));
        refused.put("another key", withProof("DPoP", session, fresh(new Dpop(), uri, session)));
        refused.put("another address", withProof("DPoP", session, fresh(holder, realm.url("/api/x"), session)));
        refused.put("another token", withProof("DPoP", session, fresh(holder, uri, "x")));
        assertThat(refused.values()).as(refused.toString()).containsOnly(401);
    }

    private static String fresh(Dpop holder, URI uri, String token) {
        return holder.proof("POST", uri, Optional.of(token));
    }

    private static int withProof(String scheme, String session, String proof) {
        return tenancy.post(acme)
                .header("Authorization", scheme + " " + session)
                .header("DPoP", proof)
                .json(Json.object("audience", Tenancy.API))
                .send()
                .status();
    }

    private static String bound(Dpop holder) {
        URI uri = realm.url("/protocol/openid-connect/token");
        JsonNode tokens = Http.post(uri)
                .header("DPoP", holder.proof("POST", uri, Optional.empty()))
                .form(Map.of(
                        "grant_type", "password",
                        "client_id", Tenancy.APP,
                        "username", Tenancy.JANE,
                        "password", TestRealm.PASSWORD))
                .send()
                .expect(200)
                .json();
        assertThat(tokens.path("token_type").asText()).isEqualTo("DPoP");
        return tokens.path("access_token").asText();
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(member -> texts.add(member.asText()));
        return texts;
    }

    private static List<String> members(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
