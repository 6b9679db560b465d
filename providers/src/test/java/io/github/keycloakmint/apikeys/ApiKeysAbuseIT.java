package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no body, no permission, no caller and nobody's key. */
@Tag("once")
class ApiKeysAbuseIT {

    private static TestRealm realm;
    private static KeyDesk desk;
    private static String jane;
    private static String john;
    private static JsonNode janes;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
        jane = desk.session(KeyDesk.JANE);
        john = desk.session(KeyDesk.JOHN);
        janes = desk.create(jane, desk.inAcme("campaigns:read")).expect(201).json();
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String id() {
        return janes.path("id").asText();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "null",
                "{\"name\":\"a\"}",
                "{\"permissions\":[]}",
                "{\"name\":1,\"permissions\":[]}",
                "{\"name\":\"\",\"permissions\":[]}",
                "{\"name\":\"  \",\"permissions\":[]}",
                "{\"name\":\"a\\u0000b\",\"permissions\":[]}",
                "{\"name\":\"a\\u202eb\",\"permissions\":[]}",
                "{\"name\":\"a\\ud800\",\"permissions\":[]}",
                "{\"name\":\"a\",\"name\":\"b\",\"permissions\":[]}",
                "{\"name\":\"a\",\"permissions\":null}",
                "{\"name\":\"a\",\"permissions\":\"campaigns:read\"}",
                "{\"name\":\"a\",\"permissions\":{}}",
                "{\"name\":\"a\",\"permissions\":[1]}",
                "{\"name\":\"a\",\"permissions\":[\"\"]}",
                "{\"name\":\"a\",\"permissions\":[null]}",
                "{\"name\":\"a\",\"permissions\":[[\"campaigns:read\"]]}",
                "{\"name\":\"a\",\"permissions\":[\"*\"]}",
                "{\"name\":\"a\",\"permissions\":[\"campaigns:*\"]}",
                "{\"name\":\"a\",\"permissions\":[\"a:b:c\"]}",
                "{\"name\":\"a\",\"permissions\":[\"campaigns:\"]}",
                "{\"name\":\"a\",\"permissions\":[\"campaigns:read \"]}",
                "{\"name\":\"a\",\"permissions\":[\"campaigns:read,campaigns:write\"]}",
                "{\"name\":\"a\",\"permissions\":[\"Campaigns:read\"]}",
                "{\"name\":\"a\",\"permissions\":[\"no:such\"]}",
                "{\"name\":\"a\",\"permissions\":[\"realm-admin\"]}",
                "{\"name\":\"a\",\"permissions\":[\"view-profile\"]}",
                "{\"name\":\"a\",\"permissions\":[],\"owner\":\"realm\"}",
                "{\"name\":\"a\",\"permissions\":[],\"owner\":null}",
                "{\"name\":\"a\",\"permissions\":[],\"owner\":\"account\"}",
                "{\"name\":\"a\",\"permissions\":[],\"account_id\":1}",
                "{\"name\":\"a\",\"permissions\":[],\"account_id\":\"a\\u0000\"}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":\"1893456000\"}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":1.5}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":1}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":-1}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":9223372036854775807}",
                "{\"name\":\"a\",\"permissions\":[],\"expires_at\":92233720368547758070}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":[]}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":\"10.0.0.1\"}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":[\"localhost\"]}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":[\"10.0.0.1/33\"]}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":[\"fe80::1%eth0\"]}",
                "{\"name\":\"a\",\"permissions\":[],\"allowed_ips\":[\"10.0.0.1 10.0.0.2\"]}",
                "{\"name\":\"a\",\"permissions\":[],\"rate_limit\":5}",
                "{\"name\":\"a\",\"permissions\":[],\"rate_limit\":{}}",
                "{\"name\":\"a\",\"permissions\":[],\"rate_limit\":{\"requests\":0,\"seconds\":1}}",
                "{\"name\":\"a\",\"permissions\":[],\"rate_limit\":{\"requests\":1,\"seconds\":86401}}",
                "{\"name\":\"a\",\"permissions\":[],\"rate_limit\":{\"requests\":\"1\",\"seconds\":1}}"
            })
    void what_is_no_key_to_make_is_400(String body) {
        Answer answer = Http.post(realm.url("/api/api-keys"))
                .bearer(john)
                .body("application/json", body)
                .send();
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("bad_request");
    }

    @Test
    void too_much_is_refused_by_its_size() {
        assertThat(desk.create(john, Json.object("name", "a".repeat(101), "permissions", List.of()))
                        .status())
                .isEqualTo(400);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 201; i++) {
            many.add("p:" + i);
        }
        assertThat(desk.create(john, Json.object("name", "a", "permissions", many))
                        .status())
                .isEqualTo(400);
        assertThat(desk.create(john, Json.object("name", "a".repeat(70_000), "permissions", List.of()))
                        .status())
                .isEqualTo(413);
        assertThat(Http.post(realm.url("/api/api-keys"))
                        .bearer(john)
                        .body("text/plain", "{}")
                        .send()
                        .status())
                .isEqualTo(415);
    }

    @Test
    void nobody_gives_a_key_what_he_has_not() {
        // john reads in acme
        assertThat(desk.create(john, desk.inAcme("campaigns:write")).body()).isEqualTo(KeyDesk.FORBIDDEN);
        // and has nothing of his own, nor in an account that is not his, nor in one that is not
        assertThat(desk.create(john, desk.direct("campaigns:read")).body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.create(john, desk.direct("campaigns:read").put("account_id", "globex"))
                        .body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.create(john, desk.direct().put("account_id", "nowhere")).body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        JsonNode his =
                desk.create(john, desk.inAcme("campaigns:read")).expect(201).json();
        assertThat(desk.call(
                                "PATCH",
                                john,
                                his.path("id").asText(),
                                Json.object("permissions", List.of("campaigns:write")))
                        .body())
                .isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.call("PATCH", john, his.path("id").asText(), Json.object("permissions", List.of("*")))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PATCH", "DELETE", "POST"})
    void anothers_key_is_as_one_that_never_was(String method) {
        String path = method.equals("POST") ? "/rotate" : "";
        Object body =
                method.equals("PATCH") ? Json.object("enabled", false) : method.equals("POST") ? Json.object() : null;
        Answer hers = desk.call(method, john, id() + path, body);
        Answer never = desk.call(method, john, "0123456789abcdef" + path, body);
        assertThat(hers.status()).isEqualTo(404);
        assertThat(hers.body()).isEqualTo(never.body()).isEqualTo(KeyDesk.NOT_FOUND);
        for (String odd : List.of("x", "%27", "a".repeat(300))) {
            assertThat(desk.call(method, john, odd + path, body).status()).isEqualTo(404);
        }
        assertThat(desk.verify(janes.path("key").asText()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"enabled\":\"false\"}",
                "{\"enabled\":null}",
                "{\"name\":null}",
                "{\"name\":\"\"}",
                "{\"expires_at\":1}",
                "{\"allowed_ips\":[]}",
                "{\"rate_limit\":[]}",
                "{\"owner\":\"account\"}",
                "{\"enabled\":false,\"enabled\":true}"
            })
    void what_changes_nothing_or_wrongly_is_400(String body) {
        assertThat(desk.call("PATCH", jane, id(), body).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"grace_seconds\":-1}", "{\"grace_seconds\":604801}", "{\"grace_seconds\":\"5\"}", "[]"})
    void a_grace_has_a_bound(String body) {
        assertThat(desk.call("POST", jane, id() + "/rotate", body).status()).isEqualTo(400);
    }

    @Test
    void a_key_or_what_was_made_of_it_makes_no_key() {
        String key = janes.path("key").asText();
        assertThat(desk.create(key, desk.direct()).status()).isEqualTo(401);
        assertThat(Http.post(realm.url("/api/api-keys"))
                        .header("X-API-KEY", key)
                        .json(desk.direct())
                        .send()
                        .status())
                .isEqualTo(401);
        String accountToken = Http.post(realm.url("/api/accounts/" + desk.acme() + "/token"))
                .bearer(jane)
                .json(Json.object("audience", KeyDesk.API))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(desk.create(accountToken, desk.direct()).body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.list(accountToken, "").body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(realm.get("/mint/api-keys?first=-1").status()).isEqualTo(400);
        assertThat(Http.get(realm.adminUrl("/mint/api-keys"))
                        .bearer(jane)
                        .send()
                        .status())
                .isIn(401, 403);
    }

    @Test
    void changed_cut_and_made_up_keys_are_refused_alike() {
        String key = janes.path("key").asText();
        String refused = desk.verify(key.substring(0, key.length() - 1) + "_")
                .expect(401)
                .body();
        for (int at = 0; at < key.length(); at += 7) {
            String changed = key.substring(0, at) + (key.charAt(at) == 'a' ? 'b' : 'a') + key.substring(at + 1);
            assertThat(desk.verify(changed).expect(401).body()).isEqualTo(refused);
        }
        assertThat(desk.verify(new KeyForm("live").make().text()).expect(401).body())
                .isEqualTo(refused);
        // the right id with another secret, and a checksum to go with it
        assertThat(desk.verify(new KeyForm("live").make(id()).text())
                        .expect(401)
                        .body())
                .isEqualTo(refused);
        assertThat(desk.verify(key).status()).isEqualTo(200);
    }

    @Test
    void calls_at_once_do_not_get_past_the_bound_on_keys() throws Exception {
        realm.realmAttribute("mint.api-keys.max-per-owner", "5");
        try {
            String max = desk.session(KeyDesk.MAX);
            ExecutorService crowd = Executors.newFixedThreadPool(15);
            CountDownLatch gun = new CountDownLatch(1);
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                calls.add(crowd.submit(() -> {
                    gun.await();
                    return desk.create(max, desk.direct()).status();
                }));
            }
            gun.countDown();
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> call : calls) {
                statuses.add(call.get());
            }
            crowd.shutdown();
            assertThat(statuses).filteredOn(status -> status == 201).hasSize(5);
            assertThat(statuses).filteredOn(status -> status == 409).hasSize(10);
            assertThat(desk.list(max, "").json().path("total").asInt()).isEqualTo(5);
        } finally {
            realm.realmAttribute("mint.api-keys.max-per-owner", null);
        }
    }

    @Test
    void a_list_is_paged_within_bounds() {
        assertThat(desk.list(jane, "?max=101").status()).isEqualTo(400);
        assertThat(desk.list(jane, "?first=-1").status()).isEqualTo(400);
        assertThat(desk.list(jane, "?max=1&first=1000").expect(200).json().path("keys"))
                .isEmpty();
        assertThat(desk.list(jane, "?account_id=globex").body()).isEqualTo(KeyDesk.FORBIDDEN);
        assertThat(desk.list(jane, "?account_id=nowhere").body()).isEqualTo(KeyDesk.FORBIDDEN);
    }
}
