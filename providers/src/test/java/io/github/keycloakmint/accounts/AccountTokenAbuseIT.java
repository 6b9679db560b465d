package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What gets no account token, and what ends one. */
@Tag("once")
class AccountTokenAbuseIT {

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static String acme;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        acme = tenancy.organization("acme");
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @Test
    void an_account_that_is_not_his_is_refused_with_the_same_bytes_whatever_it_is() {
        String session = tenancy.session(Tenancy.JOHN);
        String disabled = tenancy.createOrganization("asleep");
        tenancy.join(disabled, realm.userId(Tenancy.JOHN));
        tenancy.enable(disabled, false);
        Map<String, String> accounts = new LinkedHashMap<>();
        accounts.put("foreign, by id", tenancy.organization("globex"));
        accounts.put("foreign, by alias", "globex");
        accounts.put("disabled, by id", disabled);
        accounts.put("disabled, by alias", "asleep");
        accounts.put("unknown id", "00000000-0000-4000-8000-000000000000");
        accounts.put("unknown alias", "nobody");
        accounts.put("another case", "ACME");
        accounts.put("NUL", "acme%00");
        accounts.put("line break", "acme%0A");
        accounts.put("pattern", "%25");
        accounts.put("quote", "'%20or%20'1'='1");
        accounts.put("too long", "a".repeat(2_000));
        accounts.put("another script", "%E0%A4%85");
        try (TestRealm elsewhere = TestRealm.create()) {
            accounts.put("another realm's", new Tenancy(elsewhere).organization("acme"));
            accounts.forEach((what, account) -> {
                Answer answer = tenancy.issue(session, account);
                assertThat(answer.status()).as(what).isEqualTo(403);
                assertThat(answer.body()).as(what).isEqualTo(Tenancy.FORBIDDEN);
                assertThat(names(answer)).as(what).isEqualTo(names(tenancy.issue(session, "nobody")));
            });
        }
        tenancy.issue(session, acme).expect(200);
    }

    private static Set<String> names(Answer answer) {
        return answer.headers().keySet();
    }

    /** A user of another realm is nobody here, with his own token or beside an account of the same name. */
    @Test
    void a_token_of_another_realm_is_none() {
        try (TestRealm elsewhere = TestRealm.create()) {
            String foreign = new Tenancy(elsewhere).session(Tenancy.JANE);
            assertThat(tenancy.issue(foreign, acme).status()).isEqualTo(401);
        }
    }

    @Test
    void an_audience_that_the_client_may_not_ask_for_is_an_invalid_target() {
        String session = tenancy.session(Tenancy.JANE);
        realm.createClient(Json.object("clientId", "unlisted", "publicClient", false));
        realm.createClient(Json.object("clientId", "switched-off", "publicClient", false, "enabled", false));
        realm.clientAttribute(
                Tenancy.APP, "mint.audiences", Tenancy.API + ",switched-off,gone,account,realm-management");
        try {
            for (String audience : List.of(
                    "unlisted",
                    "switched-off",
                    "gone",
                    "account",
                    "realm-management",
                    Tenancy.APP,
                    Tenancy.API + "/",
                    Tenancy.API + " ",
                    Tenancy.API.toUpperCase(java.util.Locale.ROOT),
                    Tenancy.API + ",unlisted",
                    "*")) {
                for (String account : List.of(acme, "nobody")) {
                    Answer answer = tenancy.issue(session, account, Json.object("audience", audience));
                    assertThat(answer.status()).as(audience).isEqualTo(400);
                    assertThat(answer.body())
                            .isEqualTo("{\"error\":\"invalid_target\",\"message\":\"The audience is not allowed\"}");
                }
            }
            realm.clientAttribute(Tenancy.APP, "mint.audiences", ",");
            assertThat(tenancy.issue(session, acme).status())
                    .as("a list that can't be read")
                    .isEqualTo(400);
            realm.clientAttribute(Tenancy.APP, "mint.audiences", null);
            assertThat(tenancy.issue(session, acme).status()).as("no list").isEqualTo(400);
        } finally {
            realm.clientAttribute(Tenancy.APP, "mint.audiences", Tenancy.API);
        }
    }

    @Test
    void a_request_that_does_not_do_is_refused() {
        String session = tenancy.session(Tenancy.JANE);
        for (String body : List.of(
                "{}",
                "[]",
                "\"x\"",
                "",
                "{",
                "{\"audience\":null}",
                "{\"audience\":\"\"}",
                "{\"audience\":1}",
                "{\"audience\":[\"" + Tenancy.API + "\"]}",
                "{\"audience\":\"" + Tenancy.API + "\",\"audience\":\"" + Tenancy.API + "\"}",
                "{\"audience\":\"" + Tenancy.API + "\",\"resource\":\"https://other.example\"}",
                "{\"audience\":\"" + Tenancy.API + "\",\"scope\":[\"campaigns:read\"]}")) {
            Answer answer = tenancy.issue(session, acme, body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).as(body).isEqualTo("bad_request");
        }
        assertThat(tenancy.post(acme)
                        .bearer(session)
                        .form(Map.of("audience", Tenancy.API))
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(tenancy.post(acme)
                        .bearer(session)
                        .body("text/plain", "{\"audience\":\"" + Tenancy.API + "\"}")
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(tenancy.issue(session, acme, "{\"audience\":\"" + "x".repeat(70_000) + "\"}")
                        .status())
                .isEqualTo(413);
        Answer get = Http.get(realm.url("/api/accounts/" + acme + "/token"))
                .bearer(session)
                .send();
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.header("allow")).contains("OPTIONS, POST");
    }

    @Test
    void members_of_the_body_that_would_grant_something_are_ignored() {
        String session = tenancy.session(Tenancy.JOHN);
        Answer answer = tenancy.issue(
                session,
                acme,
                Json.object(
                        "audience",
                        Tenancy.API,
                        "role",
                        "owner",
                        "permissions",
                        List.of("campaigns:write"),
                        "expires_in",
                        999_999,
                        "account_id",
                        tenancy.organization("globex")));
        assertThat(answer.json().path("role").asText()).isEqualTo("member");
        assertThat(answer.json().path("account_id").asText()).isEqualTo(acme);
        assertThat(AccountTokenIT.texts(answer.json().path("permissions"))).doesNotContain("campaigns:write");
    }

    @Test
    void whatever_is_no_access_token_of_a_full_session_is_refused() {
        assertThat(tenancy.post(acme)
                        .json(Json.object("audience", Tenancy.API))
                        .send()
                        .body())
                .isEqualTo("{\"error\":\"unauthorized\",\"message\":\"Authorization header required\"}");
        var tokens = tenancy.tokens(Tenancy.APP, Tenancy.JANE);
        String session = tokens.path("access_token").asText();
        Map<String, String> not = new LinkedHashMap<>();
        not.put("refresh token", tokens.path("refresh_token").asText());
        not.put("ID token", tokens.path("id_token").asText());
        not.put("garbage", "x.y.z");
        not.put("cut", session.substring(0, session.length() - 4));
        not.forEach((what, token) -> {
            Answer answer = tenancy.issue(token, acme);
            assertThat(answer.status()).as(what).isEqualTo(401);
            assertThat(answer.body())
                    .as(what)
                    .isEqualTo("{\"error\":\"unauthorized\",\"message\":\"Invalid or expired token\"}");
        });
        tenancy.createBackend("robot", client -> client.put("serviceAccountsEnabled", true));
        assertThat(tenancy.issue(realm.clientToken("robot"), acme).status())
                .as("service account")
                .isEqualTo(403);
        assertThat(tenancy.post(acme)
                        .bearer(session)
                        .bearer(session)
                        .json(Json.object("audience", Tenancy.API))
                        .send()
                        .status())
                .as("two headers")
                .isEqualTo(401);
    }

    /** T5: never for another account, never wider, never again. */
    @Test
    void an_account_token_makes_no_other() {
        String session = tenancy.session(Tenancy.JANE);
        String token = tenancy.token(session, acme);
        for (String account : List.of(acme, "acme", "globex", "nobody")) {
            Answer answer = tenancy.issue(token, account);
            assertThat(answer.status()).as(account).isEqualTo(403);
            assertThat(answer.body()).as(account).isEqualTo(Tenancy.FORBIDDEN);
        }
    }

    @Test
    void T8_a_client_that_has_not_opted_in_gets_none() {
        tenancy.createBackend("not-opted-in", client -> client.withObject("/attributes")
                .put("mint.capabilities", "sign-in, account"));
        String session = tenancy.tokens("not-opted-in", Tenancy.JANE)
                .path("access_token")
                .asText();
        assertThat(tenancy.issue(session, acme).body()).isEqualTo(Tenancy.FORBIDDEN);
        realm.clientAttribute("not-opted-in", "mint.capabilities", "accounts");
        tenancy.issue(session, acme).expect(200);
        realm.clientAttribute("admin-cli", "mint.capabilities", "accounts");
        realm.clientAttribute("admin-cli", "mint.audiences", Tenancy.API);
        realm.updateClient("admin-cli", client -> client.put("fullScopeAllowed", false));
        String admin =
                tenancy.tokens("admin-cli", Tenancy.JANE).path("access_token").asText();
        assertThat(tenancy.issue(admin, acme).status()).isIn(401, 403);
    }

    @Test
    void T3_a_client_with_too_wide_a_scope_gets_none_and_the_log_says_why() {
        tenancy.createBackend("too-wide", client -> client.put("fullScopeAllowed", true));
        String session =
                tenancy.tokens("too-wide", Tenancy.JANE).path("access_token").asText();
        assertThat(tenancy.issue(session, acme).body()).isEqualTo(Tenancy.FORBIDDEN);
        assertThat(realm.server().log()).contains("Client 'too-wide' gets no tokens");
    }

    @Test
    void T26_pages_of_other_origins_can_not_call() {
        String session = tenancy.session(Tenancy.JANE);
        for (String origin : List.of(
                "https://evil.example",
                "null",
                "*",
                "https://app.inbox-manager.com.evil.example",
                "http://app.inbox-manager.com",
                "https://app.inbox-manager.com:443")) {
            Answer answer = tenancy.post(acme)
                    .bearer(session)
                    .header("Origin", origin)
                    .json(Json.object("audience", Tenancy.API))
                    .send();
            assertThat(answer.status()).as(origin).isEqualTo(403);
            assertThat(answer.header("access-control-allow-origin")).as(origin).isEmpty();
        }
    }

    private record Issued(String userId, String email, String session, String token) {}

    private static Issued member() {
        String email = "m" + io.github.keycloakmint.testbed.Random.name() + "@example.com";
        String id = realm.createUser(email, user -> {});
        tenancy.join(acme, id);
        tenancy.joinGroup(acme, "member", id);
        String session = tenancy.session(email);
        String token = tenancy.token(session, acme);
        assertThat(tenancy.active(token)).isTrue();
        return new Issued(id, email, session, token);
    }

    @Test
    void T33_a_member_who_was_removed_is_refused_and_his_tokens_are_over() {
        Issued issued = member();
        tenancy.leave(acme, issued.userId());
        assertThat(tenancy.issue(issued.session(), acme).body()).isEqualTo(Tenancy.FORBIDDEN);
        assertThat(Json.text(tenancy.introspect(issued.token()))).isEqualTo("{\"active\":false}");
        tenancy.join(acme, issued.userId());
        assertThat(tenancy.active(issued.token())).as("a member again").isTrue();
    }

    @Test
    void T5_it_is_over_with_the_parents_revocation() {
        Issued issued = member();
        realm.token(Tenancy.APP, Map.of()).status();
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", Tenancy.APP, "token", issued.session()))
                .send()
                .expect(200);
        assertThat(tenancy.active(issued.token())).isFalse();
        assertThat(tenancy.issue(issued.session(), acme).status()).isEqualTo(401);
    }

    @Test
    void it_can_be_revoked_alone() {
        Issued issued = member();
        String other = tenancy.token(issued.session(), acme);
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", Tenancy.APP, "token", issued.token()))
                .send()
                .expect(200);
        assertThat(tenancy.active(issued.token())).isFalse();
        assertThat(tenancy.active(other)).isTrue();
        tenancy.issue(issued.session(), acme).expect(200);
    }

    @Test
    void it_is_over_when_its_session_its_user_or_its_client_is() {
        Issued out = member();
        realm.post("/users/" + out.userId() + "/logout", Json.object()).expect(204);
        assertThat(tenancy.active(out.token())).as("signed out").isFalse();
        Issued disabled = member();
        realm.updateUser(disabled.userId(), user -> user.put("enabled", false));
        assertThat(tenancy.active(disabled.token())).as("user disabled").isFalse();
        assertThat(tenancy.issue(disabled.session(), acme).status()).isEqualTo(401);
        Issued deleted = member();
        realm.delete("/users/" + deleted.userId()).expect(204);
        assertThat(tenancy.active(deleted.token())).as("user deleted").isFalse();
        Issued clientless = member();
        realm.updateClient(Tenancy.APP, client -> client.put("enabled", false));
        try {
            assertThat(tenancy.active(clientless.token())).as("client disabled").isFalse();
        } finally {
            realm.updateClient(Tenancy.APP, client -> client.put("enabled", true));
        }
    }

    @Test
    void it_is_over_after_the_realms_notBefore() {
        Issued issued = member();
        long soon = Jwt.payload(issued.token()).path("iat").asLong() + 1;
        realm.updateRealm(changed -> changed.put("notBefore", soon));
        try {
            assertThat(tenancy.active(issued.token())).isFalse();
        } finally {
            realm.updateRealm(changed -> changed.put("notBefore", 0));
        }
    }

    @Test
    void T33_it_is_over_with_its_account_even_if_another_takes_the_alias() {
        String email = "founder@example.com";
        String id = realm.createUser(email, user -> {});
        String first = tenancy.createOrganization("phoenix");
        tenancy.join(first, id);
        String session = tenancy.session(email);
        String token = tenancy.token(session, first);
        tenancy.enable(first, false);
        assertThat(tenancy.active(token)).as("disabled").isFalse();
        tenancy.enable(first, true);
        assertThat(tenancy.active(token)).as("enabled again").isTrue();
        realm.delete("/organizations/" + first).expect(204);
        assertThat(tenancy.active(token)).as("deleted").isFalse();
        String second = tenancy.createOrganization("phoenix");
        tenancy.join(second, id);
        assertThat(tenancy.active(token)).as("another of that alias").isFalse();
        assertThat(tenancy.issue(session, first).body()).isEqualTo(Tenancy.FORBIDDEN);
    }

    @Test
    void it_is_over_with_its_audience() {
        realm.createClient(Json.object(
                "clientId",
                "fading",
                "secret",
                Secrets.remember(io.github.keycloakmint.testbed.Random.secret()),
                "publicClient",
                false));
        realm.clientAttribute("introspector", "allow.token.introspection.without.audience.check", "true");
        realm.clientAttribute(Tenancy.APP, "mint.audiences", Tenancy.API + ",fading");
        try {
            String token = tenancy.issue(tenancy.session(Tenancy.JANE), acme, Json.object("audience", "fading"))
                    .expect(200)
                    .json()
                    .path("access_token")
                    .asText();
            assertThat(realm.introspect("fading", token).json().path("active").asBoolean())
                    .isTrue();
            assertThat(realm.introspect(Tenancy.API, token)
                            .json()
                            .path("active")
                            .asBoolean())
                    .as("asked by a client that it is not for")
                    .isFalse();
            assertThat(realm.introspect("introspector", token)
                            .json()
                            .path("active")
                            .asBoolean())
                    .as("asked by a client that may ask about all")
                    .isTrue();
            realm.updateClient("fading", client -> client.put("enabled", false));
            assertThat(realm.introspect("introspector", token)
                            .json()
                            .path("active")
                            .asBoolean())
                    .as("audience switched off")
                    .isFalse();
        } finally {
            realm.clientAttribute(Tenancy.APP, "mint.audiences", Tenancy.API);
        }
    }

    /** L6, T7: by whatever name an admin has mappers write them. */
    @Test
    void roles_and_groups_under_other_names_are_in_no_account_token() {
        List<String> kinds = List.of(
                "oidc-usermodel-realm-role-mapper",
                "oidc-usermodel-client-role-mapper",
                "oidc-group-membership-mapper",
                "oidc-organization-group-membership-mapper");
        realm.updateClient(Tenancy.APP, client -> {
            for (String kind : kinds) {
                client.withArray("/protocolMappers")
                        .add(Json.parse("{\"name\":\"" + kind
                                + "\",\"protocol\":\"openid-connect\",\"protocolMapper\":\""
                                + kind + "\",\"config\":{\"claim.name\":\"x-" + kind + ".in\",\"multivalued\":\"true\","
                                + "\"jsonType.label\":\"String\",\"access.token.claim\":\"true\","
                                + "\"introspection.token.claim\":\"true\"}}"));
            }
        });
        for (String kind : kinds) {
            assertThat(realm.client(Tenancy.APP).path("protocolMappers").findValuesAsText("name"))
                    .contains(kind);
        }
        String group = realm.post("/groups", Json.object("name", "staff"))
                .expect(201)
                .header("Location")
                .orElseThrow()
                .replaceAll(".*/", "");
        realm.put("/users/" + realm.userId(Tenancy.JANE) + "/groups/" + group, "")
                .expect(204);
        String session = tenancy.session(Tenancy.JANE);
        assertThat(Jwt.payload(session).has("x-oidc-group-membership-mapper")).isTrue();
        String token = tenancy.token(session, acme);
        for (String kind : kinds) {
            assertThat(Jwt.payload(token).has("x-" + kind)).as(kind).isFalse();
            assertThat(tenancy.introspect(token).has("x-" + kind)).as(kind).isFalse();
        }
    }
}
