package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two resource servers with a permission of the same name. Of the second one only acme's owner, jane, has any; john is an
 * admin of acme. The app may ask for both, another app for the first alone.
 */
@Tag("once")
class KeyReachIT {

    private static final String SECOND = "second-api";
    private static final String SMALL = "small-app";

    private static TestRealm realm;
    private static KeyDesk desk;
    private static KeyDoors doors;
    private static String jane;
    private static String john;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        doors = KeyDoors.open(realm);
        doors.client(SECOND, client -> client.withObject("/attributes")
                .put("mint.permissions", "true")
                .remove("mint.audiences"));
        String second = realm.clientUuid(SECOND);
        for (String role : List.of("campaigns:read", "ledger:read")) {
            realm.post("/clients/" + second + "/roles", Json.object("name", role))
                    .expect(201);
            realm.post(group("owner") + "/role-mappings/clients/" + second, List.of(role(role)))
                    .expect(204);
        }
        realm.put(group("admin") + "/members/" + realm.userId(KeyDesk.JOHN), "").expect(201, 204);
        ObjectNode small = realm.client(KeyDesk.APP);
        small.put("clientId", SMALL);
        small.withObject("/attributes").put("mint.capabilities", "api-keys,gateway");
        realm.createClient(small);
        realm.clientAttribute(KeyDesk.APP, "mint.audiences", KeyDesk.API + "," + SECOND);
        jane = desk.session(KeyDesk.JANE);
        john = desk.session(KeyDesk.JOHN);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static JsonNode role(String name) {
        return realm.get("/clients/" + realm.clientUuid(SECOND) + "/roles/" + name)
                .expect(200)
                .json();
    }

    private static String group(String name) {
        String base = "/organizations/" + desk.acme() + "/groups";
        for (JsonNode group : realm.get(base).expect(200).json()) {
            if (group.path("name").asText().equals(name)) {
                return base + "/" + group.path("id").asText();
            }
        }
        throw new AssertionError("No group " + name);
    }

    private static String key(JsonNode made) {
        return made.path("key").asText();
    }

    private static String id(JsonNode made) {
        return made.path("id").asText();
    }

    private static List<String> token(JsonNode key, String audience) {
        return KeyDoors.texts(doors.token(key(key), Json.object("audience", audience))
                .expect(200)
                .json()
                .path("permissions"));
    }

    private static String verified(JsonNode key, String audience) {
        return Http.get(realm.url("/api/auth/verify?audience=" + URLEncoder.encode(audience, StandardCharsets.UTF_8)))
                .header("X-API-KEY", key(key))
                .send()
                .expect(200)
                .header("X-Auth-Permissions")
                .orElseThrow();
    }

    private static boolean active(JsonNode key, String asking) {
        return doors.introspect(asking, Map.of("token", key(key)))
                .expect(200)
                .json()
                .path("active")
                .asBoolean();
    }

    private static void reachesOnlyTheFirst(JsonNode key) {
        assertThat(token(key, KeyDesk.API)).containsExactly("campaigns:read");
        assertThat(token(key, SECOND)).isEmpty();
        assertThat(verified(key, KeyDesk.API)).isEqualTo("campaigns:read");
        assertThat(verified(key, SECOND)).isEmpty();
        assertThat(active(key, KeyDesk.API)).isTrue();
        assertThat(active(key, SECOND)).isFalse();
    }

    @Test
    void an_accounts_key_has_what_its_maker_has_and_not_what_the_account_has_under_the_same_name() {
        JsonNode his =
                desk.create(john, desk.ofAcme("campaigns:read")).expect(201).json();
        reachesOnlyTheFirst(his);
        JsonNode hers = desk.create(jane, desk.ofAcme("campaigns:read", "ledger:read"))
                .expect(201)
                .json();
        assertThat(KeyDoors.texts(hers.path("permissions"))).containsExactly("campaigns:read", "ledger:read");
        assertThat(desk.permissions(key(hers))).isEqualTo("campaigns:read,ledger:read");
        assertThat(token(hers, KeyDesk.API)).containsExactly("campaigns:read");
        assertThat(token(hers, SECOND)).containsExactly("campaigns:read", "ledger:read");
        assertThat(verified(hers, SECOND)).isEqualTo("campaigns:read,ledger:read");
        assertThat(active(hers, SECOND)).isTrue();
        assertThat(desk.create(john, desk.ofAcme("ledger:read")).body()).isEqualTo(KeyDesk.FORBIDDEN);
    }

    @Test
    void who_is_shown_the_secret_of_an_accounts_key_has_all_that_it_has() {
        JsonNode hers =
                desk.create(jane, desk.ofAcme("campaigns:read")).expect(201).json();
        assertThat(desk.call("POST", john, id(hers) + "/rotate", Json.object()).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.call("POST", jane, id(hers) + "/rotate", Json.object()).status())
                .isEqualTo(200);
        // what he edits has from then on what he has
        desk.call("PATCH", john, id(hers), Json.object("permissions", List.of("campaigns:read")))
                .expect(200);
        String rotated = desk.call("POST", john, id(hers) + "/rotate", Json.object())
                .expect(200)
                .json()
                .path("key")
                .asText();
        reachesOnlyTheFirst(Json.object("key", rotated));
    }

    @Test
    void a_users_key_does_not_widen_when_he_gets_another_role_of_the_name() {
        JsonNode his =
                desk.create(john, desk.inAcme("campaigns:read")).expect(201).json();
        realm.assignClientRole(realm.userId(KeyDesk.JOHN), SECOND, "campaigns:read");
        try {
            reachesOnlyTheFirst(his);
        } finally {
            realm.removeClientRole(realm.userId(KeyDesk.JOHN), SECOND, "campaigns:read");
        }
    }

    @Test
    void a_session_of_a_client_makes_no_key_that_reaches_further_than_the_client() {
        String small = realm.passwordToken(SMALL, KeyDesk.JANE, TestRealm.PASSWORD);
        assertThat(desk.create(small, desk.inAcme("ledger:read")).body()).isEqualTo(KeyDesk.FORBIDDEN);
        JsonNode made =
                desk.create(small, desk.inAcme("campaigns:read")).expect(201).json();
        assertThat(verified(made, KeyDesk.API)).isEqualTo("campaigns:read");
        assertThat(active(made, KeyDesk.API)).isTrue();
        assertThat(active(made, SECOND)).isFalse();
        // nor through the app, which may ask for more than the key's own client
        assertThat(desk.call("PATCH", jane, id(made), Json.object("permissions", List.of("ledger:read")))
                        .body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        JsonNode wide =
                desk.create(jane, desk.inAcme("ledger:read")).expect(201).json();
        assertThat(desk.call("POST", small, id(wide) + "/rotate", Json.object()).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        // it has opted in to keys and not to accounts
        assertThat(doors.accountToken("acme", key(made)).body()).isEqualTo(KeyDesk.FORBIDDEN);
    }

    @Test
    void an_audience_that_is_withdrawn_from_a_client_is_withdrawn_from_its_tokens_and_keys() {
        JsonNode hers =
                desk.create(jane, desk.inAcme("campaigns:read")).expect(201).json();
        String token = doors.token(key(hers), Json.object("audience", KeyDesk.API))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(doors.active(token)).isTrue();
        realm.clientAttribute(KeyDesk.APP, "mint.audiences", SECOND);
        try {
            assertThat(doors.active(token)).isFalse();
            assertThat(active(hers, KeyDesk.API)).isFalse();
            assertThat(active(hers, SECOND)).isTrue();
        } finally {
            realm.clientAttribute(KeyDesk.APP, "mint.audiences", KeyDesk.API + "," + SECOND);
        }
        assertThat(doors.active(token)).isTrue();
    }

    @Test
    void a_key_needs_the_consent_that_its_client_asks_for() {
        JsonNode hers =
                desk.create(jane, desk.inAcme("campaigns:read")).expect(201).json();
        String token = doors.token(key(hers), Json.object("audience", KeyDesk.API))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        realm.updateClient(KeyDesk.APP, client -> client.put("consentRequired", true));
        try {
            assertThat(desk.verify(key(hers)).status()).isEqualTo(401);
            assertThat(doors.token(key(hers)).status()).isEqualTo(401);
            assertThat(active(hers, KeyDesk.API)).isFalse();
            assertThat(doors.active(token)).isFalse();
        } finally {
            realm.updateClient(KeyDesk.APP, client -> client.put("consentRequired", false));
        }
        assertThat(desk.verify(key(hers)).status()).isEqualTo(200);
    }
}
