package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the signed cookie is not good for, and who gets none. */
@Tag("once")
class GatewayCookieAbuseIT {

    private static TestRealm realm;
    private static CookieDoor door;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        door = new CookieDoor(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static void refused(Answer answer, int status, String what) {
        assertThat(answer.status()).as(what + " " + answer.body()).isEqualTo(status);
        assertThat(answer.headers("set-cookie")).as(what).isEmpty();
        assertThat(answer.json().size()).as(what).isEqualTo(2);
    }

    @Test
    void a_page_that_is_not_allowed_by_its_exact_origin_gets_none() {
        String token = door.session(CookieDoor.JANE);
        refused(door.cookie("POST").bearer(token).json("{}").send(), 403, "no origin");
        for (String origin : List.of(
                "null",
                "*",
                "https://evil.example",
                CookieDoor.ORIGIN + ".evil.example",
                "http://app.inbox-manager.com")) {
            refused(
                    door.cookie("POST")
                            .header("Origin", origin)
                            .bearer(token)
                            .json("{}")
                            .send(),
                    403,
                    origin);
            refused(door.cookie("DELETE").header("Origin", origin).send(), 403, "DELETE " + origin);
        }
        refused(
                door.cookie("POST")
                        .header("Origin", CookieDoor.ORIGIN)
                        .header("Origin", "https://evil.example")
                        .bearer(token)
                        .json("{}")
                        .send(),
                403,
                "two");
        refused(door.cookie("DELETE").send(), 403, "DELETE without origin");
        realm.updateClient(
                CookieDoor.APP, client -> client.putArray("webOrigins").add("*"));
        try {
            refused(door.keep(token), 403, "any origin is none");
        } finally {
            realm.updateClient(
                    CookieDoor.APP, client -> client.putArray("webOrigins").add(CookieDoor.ORIGIN));
        }
    }

    @Test
    void a_page_of_another_client_gets_none() {
        ObjectNode other = realm.client("external-users");
        other.put("clientId", "other-app").putArray("webOrigins").add("https://other.example");
        realm.createClient(other);
        Answer answer = door.cookie("POST")
                .header("Origin", "https://other.example")
                .bearer(door.session(CookieDoor.JANE))
                .json("{}")
                .send();
        refused(answer, 403, "its own client's pages alone");
    }

    @Test
    void the_order_of_refusals_is_the_contracts() {
        String token = door.session(CookieDoor.JANE);
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("401 no token", page().json("{}").send());
        answers.put("401 garbage", page().bearer("garbage").json("{}").send());
        answers.put(
                "401 two tokens", page().bearer(token).bearer(token).json("{}").send());
        answers.put(
                "401 basic",
                page().header("Authorization", "Basic eDp5").json("{}").send());
        answers.put("415 no type", page().bearer(token).send());
        answers.put("415 form", page().bearer(token).form(Map.of("a", "b")).send());
        answers.put("415 text", page().bearer(token).body("text/plain", "{}").send());
        answers.put("400 no JSON", page().bearer(token).json("{").send());
        answers.put("400 twice", page().bearer(token).json("{\"a\":1,\"a\":1}").send());
        answers.forEach((what, answer) -> refused(answer, Integer.parseInt(what.substring(0, 3)), what));
        Answer wrongMethod = door.cookie("GET").send();
        assertThat(wrongMethod.status()).isEqualTo(405);
        assertThat(wrongMethod.header("allow")).contains("DELETE, OPTIONS, POST");
    }

    private static Http page() {
        return door.cookie("POST").header("Origin", CookieDoor.ORIGIN);
    }

    @Test
    void machines_and_clients_that_have_not_opted_in_get_none() {
        ObjectNode machine = realm.client("introspector");
        machine.put("clientId", "machine")
                .put("secret", "ma".repeat(20))
                .putArray("webOrigins")
                .add(CookieDoor.ORIGIN);
        machine.putObject("attributes").put("mint.capabilities", "gateway");
        realm.createClient(machine);
        refused(door.keep(realm.clientToken("machine")), 403, "service account");
        String token = door.session(CookieDoor.JANE);
        String cookie = door.kept(token);
        String capabilities = realm.client(CookieDoor.APP)
                .path("attributes")
                .path("mint.capabilities")
                .asText();
        realm.clientAttribute(CookieDoor.APP, "mint.capabilities", capabilities.replace(",gateway", ""));
        try {
            refused(door.keep(token), 403, "not opted in");
            refused(door.me(cookie), 401, "no longer opted in");
            assertThat(realm.get("/mint/cookie-keys?client_id=" + CookieDoor.APP)
                            .status())
                    .isEqualTo(404);
        } finally {
            realm.clientAttribute(CookieDoor.APP, "mint.capabilities", capabilities);
        }
        assertThat(door.me(cookie).status()).isEqualTo(200);
    }

    @Test
    void a_token_that_no_browser_would_keep_is_refused_with_a_reason() {
        realm.updateClient(CookieDoor.APP, client -> client.withArray("/protocolMappers")
                .add(Json.parse("{\"name\":\"large\",\"protocol\":\"openid-connect\",\"protocolMapper\":"
                        + "\"oidc-hardcoded-claim-mapper\",\"config\":{\"claim.name\":\"large\",\"claim.value\":\""
                        + "x".repeat(2400) + "\",\"jsonType.label\":\"String\",\"access.token.claim\":\"true\"}}")));
        String large = door.session(CookieDoor.JOHN);
        realm.updateClient(CookieDoor.APP, client -> {
            var mappers = client.withArray("/protocolMappers");
            mappers.remove(mappers.size() - 1);
            for (int i = mappers.size() - 1; i >= 0; i--) {
                if (mappers.get(i).path("name").asText().equals("large")) {
                    mappers.remove(i);
                }
            }
        });
        Answer answer = door.keep(large);
        refused(answer, 400, "large");
        assertThat(answer.json().path("message").asText()).contains("4096").doesNotContain("eyJ");
    }

    @Test
    void a_cookie_that_this_realm_did_not_sign_for_this_client_is_none() {
        String token = door.session(CookieDoor.JANE);
        String cookie = door.kept(token);
        assertThat(door.me(cookie).status()).isEqualTo(200);
        String value = cookie.substring("token=".length());
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("unsigned", "token=" + token);
        bad.put("unsigned, marked", "token=s%3A" + token);
        bad.put("cut", cookie.substring(0, cookie.length() - 1));
        bad.put("another character", "token=" + value.replace("s%3Aey", "s%3AeY"));
        bad.put(
                "signature of another",
                "token=s%3A" + door.session(CookieDoor.JOHN) + value.substring(value.lastIndexOf('.')));
        bad.put(
                "key of another client",
                "token=" + CookieDoor.sign(token, door.keys("external-users").get(0)));
        bad.put("known key", "token=" + CookieDoor.sign(token, "keyboard cat"));
        bad.put("another name", cookie.replace("token=", "tokens="));
        bad.put("quoted", "token=\"" + value + '"');
        try (TestRealm elsewhere = TestRealm.create()) {
            CookieDoor there = new CookieDoor(elsewhere);
            bad.put("another realm", there.kept(there.session(CookieDoor.JANE)));
            bad.put(
                    "another realm's key",
                    "token=" + CookieDoor.sign(token, there.keys().get(0)));
            bad.put(
                    "another realm's token under this key",
                    "token="
                            + CookieDoor.sign(
                                    there.session(CookieDoor.JANE), door.keys().get(0)));
            bad.forEach((what, sent) -> refused(door.me(sent), 401, what));
            // cookies of others are ignored, not an error
            assertThat(door.me(bad.get("another realm") + "; " + cookie).status())
                    .isEqualTo(200);
        }
        assertThat(door.me("token=rubbish; " + cookie).status()).isEqualTo(200);
    }

    /** Another host of the site can plant a cookie of its own user (RFC 6265 section 8.6). */
    @Test
    void of_two_good_ones_neither_counts() {
        String jane = door.kept(door.session(CookieDoor.JANE));
        String john = door.kept(door.session(CookieDoor.JOHN));
        refused(door.me(jane + "; " + john), 401, "two");
        assertThat(door.me(jane + "; " + jane).status()).isEqualTo(200);
    }

    /** T36: here no trusted proxy says what the original method was, so it may have been any. */
    @Test
    void alone_it_authenticates_nothing_that_may_write() {
        String cookie = door.kept(door.session(CookieDoor.JANE));
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE")) {
            Http call = Http.request(method, realm.url("/api/auth/verify")).header("Cookie", cookie);
            assertThat(call.header("X-Original-Method", "GET").send().status())
                    .as(method)
                    .isEqualTo(401);
        }
        for (String origin : List.of("null", "*", "https://evil.example")) {
            assertThat(Http.post(realm.url("/api/auth/verify"))
                            .header("Cookie", cookie)
                            .header("Origin", origin)
                            .send()
                            .status())
                    .as(origin)
                    .isEqualTo(401);
        }
    }

    @Test
    void only_who_manages_the_realm_gets_the_key() {
        String path = "/mint/cookie-keys?client_id=" + CookieDoor.APP;
        for (Map.Entry<String, Integer> role : Map.of("view-realm", 403, "manage-clients", 403, "manage-realm", 200)
                .entrySet()) {
            ObjectNode client = realm.client("introspector");
            client.put("clientId", "admin-" + role.getKey()).put("secret", "ad".repeat(20));
            realm.createClient(client);
            realm.assignClientRole(realm.serviceAccountId("admin-" + role.getKey()), "realm-management", role.getKey());
            realm.updateClient("admin-" + role.getKey(), changed -> changed.put("fullScopeAllowed", true));
            Answer answer = Http.get(realm.adminUrl(path))
                    .bearer(realm.clientToken("admin-" + role.getKey()))
                    .send();
            assertThat(answer.status()).as(role.getKey() + answer.body()).isEqualTo(role.getValue());
        }
        String session = door.session(CookieDoor.JANE);
        assertThat(Http.get(realm.adminUrl(path)).send().status()).isEqualTo(401);
        assertThat(Http.get(realm.adminUrl(path)).bearer(session).send().status())
                .isEqualTo(403);
        assertThat(Http.get(realm.adminUrl(path))
                        .bearer(door.account(session, "acme"))
                        .send()
                        .status())
                .isBetween(401, 403);
        for (String client : List.of("nobody", "admin-cli", "introspector")) {
            assertThat(realm.get("/mint/cookie-keys?client_id=" + client).status())
                    .as(client)
                    .isEqualTo(404);
        }
        assertThat(realm.get("/mint/cookie-keys").status()).isEqualTo(400);
    }
}
