package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a key stands on goes: the key is good no more, at once on the node that did it, and nothing of it is left. */
class ApiKeyRemovalIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static String jane;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        jane = desk.session(KeyDesk.JANE);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static JsonNode used(JsonNode made) {
        desk.verify(made.path("key").asText()).expect(200);
        return made;
    }

    private static int status(JsonNode made) {
        return desk.verify(made.path("key").asText()).status();
    }

    private static boolean exists(JsonNode made) {
        return realm.get("/mint/api-keys/" + made.path("id").asText()).status() == 200;
    }

    private static String member(String email, String organization) {
        String id = realm.createUser(email, user -> {});
        realm.post("/organizations/" + organization + "/members", Json.text(id)).expect(201, 204);
        return id;
    }

    private static String organization(String alias) {
        String location = realm.post("/organizations", Json.object("name", alias, "alias", alias))
                .expect(201)
                .header("location")
                .orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Test
    void a_disabled_owners_keys_rest_and_a_removed_owners_are_gone() {
        String id = realm.createUser("goner@example.com", user -> {});
        JsonNode made = used(desk.created("goner@example.com", desk.direct()));
        realm.updateUser(id, user -> user.put("enabled", false));
        assertThat(status(made)).isEqualTo(401);
        realm.updateUser(id, user -> user.put("enabled", true));
        assertThat(status(made)).isEqualTo(200);
        realm.delete("/users/" + id).expect(204);
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
        assertThat(realm.get("/mint/api-keys?user=" + id).json().path("total").asInt())
                .isZero();
    }

    @Test
    void a_member_who_leaves_loses_his_keys_for_the_account_for_good() {
        String id = member("leaver@example.com", desk.acme());
        JsonNode made = used(desk.created("leaver@example.com", desk.inAcme()));
        JsonNode direct = used(desk.created("leaver@example.com", desk.direct()));
        JsonNode others = used(desk.create(jane, desk.inAcme()).expect(201).json());
        realm.delete("/organizations/" + desk.acme() + "/members/" + id).expect(204);
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
        realm.post("/organizations/" + desk.acme() + "/members", Json.text(id)).expect(201, 204);
        assertThat(status(made)).as("a member again").isEqualTo(401);
        assertThat(status(direct)).isEqualTo(200);
        assertThat(status(others)).isEqualTo(200);
    }

    @Test
    void a_permission_that_the_owner_loses_is_cut_at_once() {
        String org = organization("cut" + Random.name());
        String id = member("cut@example.com", org);
        realm.assignClientRole(id, KeyDesk.API, "campaigns:read");
        realm.assignClientRole(id, KeyDesk.API, "campaigns:write");
        JsonNode made = used(desk.created(
                "cut@example.com",
                desk.direct("campaigns:read", "campaigns:write").put("account_id", org)));
        assertThat(desk.permissions(made.path("key").asText())).isEqualTo("campaigns:read,campaigns:write");
        realm.removeClientRole(id, KeyDesk.API, "campaigns:write");
        assertThat(desk.permissions(made.path("key").asText())).isEqualTo("campaigns:read");
        realm.delete("/organizations/" + org).expect(204);
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
    }

    @Test
    void a_role_that_a_group_loses_is_cut_at_once() {
        JsonNode made = used(
                desk.create(jane, desk.ofAcme("templates:write")).expect(201).json());
        assertThat(desk.permissions(made.path("key").asText())).isEqualTo("templates:write");
        String client = realm.clientUuid(KeyDesk.API);
        JsonNode role = realm.get("/clients/" + client + "/roles/templates:write")
                .expect(200)
                .json();
        String base = "/organizations/" + desk.acme() + "/groups";
        for (JsonNode group : realm.get(base).expect(200).json()) {
            String path = base + "/" + group.path("id").asText() + "/role-mappings/clients/" + client;
            realm.delete(path, List.of(role)).expect(204, 404);
        }
        assertThat(desk.permissions(made.path("key").asText())).isEmpty();
    }

    @Test
    void an_account_that_ends_takes_its_keys_and_the_user_who_stands_for_it() {
        String org = organization("gone" + Random.name());
        String id = member("founder@example.com", org);
        ObjectNode group = Json.object("name", "owner");
        String location = realm.post("/organizations/" + org + "/groups", group)
                .expect(201)
                .header("location")
                .orElseThrow();
        realm.put(
                        "/organizations/" + org + "/groups/" + location.substring(location.lastIndexOf('/') + 1)
                                + "/members/" + id,
                        "")
                .expect(201, 204);
        JsonNode made = used(desk.created(
                "founder@example.com", desk.direct().put("account_id", org).put("owner", "account")));
        String subject =
                desk.verify(made.path("key").asText()).header("X-Auth-User-Id").orElseThrow();
        ObjectNode disabled =
                (ObjectNode) realm.get("/organizations/" + org).expect(200).json();
        realm.put("/organizations/" + org, disabled.put("enabled", false)).expect(204);
        assertThat(status(made)).isEqualTo(401);
        realm.put("/organizations/" + org, disabled.put("enabled", true)).expect(204);
        assertThat(status(made)).isEqualTo(200);
        realm.delete("/organizations/" + org).expect(204);
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
        assertThat(realm.get("/users/" + subject).status()).isEqualTo(404);
    }

    @Test
    void a_client_that_goes_or_no_longer_opts_in_takes_its_keys() {
        ObjectNode client = realm.client(KeyDesk.APP);
        client.put("clientId", "other-app");
        realm.createClient(client);
        String token = realm.passwordToken("other-app", KeyDesk.JANE, TestRealm.PASSWORD);
        JsonNode made = used(
                desk.create(token, desk.ofAcme("campaigns:read")).expect(201).json());
        realm.clientAttribute("other-app", "mint.capabilities", "gateway");
        assertThat(status(made)).isEqualTo(401);
        assertThat(desk.list(token, "").status()).isEqualTo(403);
        realm.clientAttribute("other-app", "mint.capabilities", "gateway,api-keys");
        assertThat(status(made)).isEqualTo(200);
        realm.updateClient("other-app", changed -> changed.put("enabled", false));
        assertThat(status(made)).isEqualTo(401);
        realm.delete("/clients/" + realm.clientUuid("other-app")).expect(204);
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
    }

    /** Made again under its old id, so that what was left of it would be there. */
    @Test
    void a_realm_that_goes_leaves_no_key() {
        TestRealm other = TestRealm.create();
        KeyDesk there = new KeyDesk(other);
        JsonNode made = there.created(KeyDesk.JANE, there.direct());
        assertThat(there.verify(made.path("key").asText()).status()).isEqualTo(200);
        // of another realm: unknown here
        assertThat(status(made)).isEqualTo(401);
        assertThat(exists(made)).isFalse();
        String id = other.get("").expect(200).json().path("id").asText();
        other.close();
        try (TestRealm again = TestRealm.create(realm.server(), "demo-realm.json", file -> file.put("id", id))) {
            assertThat(again.get("").expect(200).json().path("id").asText()).isEqualTo(id);
            JsonNode left = again.get("/mint/api-keys").expect(200).json();
            assertThat(left.path("total").isNumber()).as(left.toString()).isTrue();
            assertThat(left.path("total").asInt()).isZero();
        }
    }

    @Test
    void an_expired_key_is_purged_and_one_that_was_given_more_time_is_not() {
        long end = System.currentTimeMillis() / 1_000 + 3;
        JsonNode made = used(desk.create(jane, desk.direct().put("expires_at", end))
                .expect(201)
                .json());
        JsonNode extended = used(desk.create(jane, desk.direct().put("expires_at", end))
                .expect(201)
                .json());
        desk.call("PATCH", jane, extended.path("id").asText(), Json.object("expires_at", end + 3_600))
                .expect(200);
        assertThat(exists(made)).isTrue();
        Poll.untilTrue("the key to be purged", Duration.ofSeconds(30), () -> !exists(made));
        assertThat(exists(extended)).isTrue();
        assertThat(status(extended)).isEqualTo(200);
    }

    @Test
    void the_user_of_an_account_goes_when_its_last_key_went_with_a_client() {
        ObjectNode client = realm.client(KeyDesk.APP);
        client.put("clientId", "last-app");
        realm.createClient(client);
        String org = owned("last@example.com");
        String token = realm.passwordToken("last-app", "last@example.com", TestRealm.PASSWORD);
        JsonNode made =
                used(desk.create(token, desk.direct().put("account_id", org).put("owner", "account"))
                        .expect(201)
                        .json());
        String subject =
                desk.verify(made.path("key").asText()).header("X-Auth-User-Id").orElseThrow();
        realm.get("/users/" + subject).expect(200);
        realm.delete("/clients/" + realm.clientUuid("last-app")).expect(204);
        assertThat(exists(made)).isFalse();
        Poll.untilTrue(
                "the user to be purged",
                Duration.ofSeconds(30),
                () -> realm.get("/users/" + subject).status() == 404);
    }

    /** The rows of both are held by different transactions: what slips through is swept. */
    @Test
    void keys_made_while_their_account_goes_are_not_left() throws Exception {
        String org = owned("racer@example.com");
        String session = desk.session("racer@example.com");
        ExecutorService crowd = Executors.newFixedThreadPool(8);
        List<Future<?>> running = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            String owner = i % 2 == 0 ? "account" : "user";
            running.add(crowd.submit(() -> {
                while (!over.get()) {
                    desk.create(session, desk.direct().put("account_id", org).put("owner", owner));
                    calls.incrementAndGet();
                }
            }));
        }
        Poll.untilTrue("keys to be made", Duration.ofSeconds(30), () -> calls.get() > 16);
        realm.delete("/organizations/" + org).expect(204);
        over.set(true);
        for (Future<?> one : running) {
            one.get();
        }
        crowd.shutdown();
        Poll.untilTrue(
                "none to be left",
                Duration.ofSeconds(30),
                () -> realm.get("/mint/api-keys?account=" + org)
                                .expect(200)
                                .json()
                                .path("total")
                                .asInt()
                        == 0);
    }

    /** An organization that a new user owns. */
    private static String owned(String email) {
        String org = organization("org" + Random.name());
        String id = member(email, org);
        String location = realm.post("/organizations/" + org + "/groups", Json.object("name", "owner"))
                .expect(201)
                .header("location")
                .orElseThrow();
        realm.put(
                        "/organizations/" + org + "/groups/" + location.substring(location.lastIndexOf('/') + 1)
                                + "/members/" + id,
                        "")
                .expect(201, 204);
        return org;
    }
}
