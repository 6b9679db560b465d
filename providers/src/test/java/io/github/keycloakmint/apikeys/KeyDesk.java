package io.github.keycloakmint.apikeys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keys of the demo realm's users, in tests: jane owns acme and is a member of globex, john is a member of acme. */
final class KeyDesk {

    static final String APP = "cid_inbox_manager";
    static final String API = "https://api.inbox-manager.com";
    static final String JANE = "jane@example.com";
    static final String JOHN = "john@example.com";
    static final String MAX = "max@example.com";
    static final String NOT_FOUND = "{\"error\":\"not_found\",\"message\":\"Not found\"}";
    static final String FORBIDDEN =
            "{\"error\":\"forbidden\",\"message\":\"Insufficient permissions for this resource\"}";

    private final TestRealm realm;
    private final Map<String, String> organizations = new ConcurrentHashMap<>();

    KeyDesk(TestRealm realm) {
        this.realm = realm;
    }

    /** The access token of a session. */
    String session(String email) {
        return realm.passwordToken(APP, email, TestRealm.PASSWORD);
    }

    Answer create(String bearer, Object body) {
        Answer answer =
                Http.post(realm.url("/api/api-keys")).bearer(bearer).json(body).send();
        remember(answer);
        return answer;
    }

    JsonNode created(String email, Object body) {
        return create(session(email), body).expect(201).json();
    }

    Answer list(String bearer, String query) {
        return Http.get(realm.url("/api/api-keys" + query)).bearer(bearer).send();
    }

    Answer call(String method, String bearer, String path, Object body) {
        Http http = Http.request(method, realm.url("/api/api-keys/" + path)).bearer(bearer);
        Answer answer = (body == null ? http : http.json(body)).send();
        remember(answer);
        return answer;
    }

    /** By the gateway, which takes keys at its first door. */
    Answer verify(String key) {
        return Http.get(realm.url("/api/auth/verify")).header("X-API-KEY", key).send();
    }

    /** What the gateway says the key may do. */
    String permissions(String key) {
        return verify(key).expect(200).header("X-Auth-Permissions").orElseThrow();
    }

    JsonNode single(String bearer, String id) {
        return call("GET", bearer, id, null).expect(200).json();
    }

    private static void remember(Answer answer) {
        if (answer.status() < 300 && answer.body().contains("\"key\"")) {
            String key = answer.json().path("key").asText();
            Secrets.remember(key);
            // a part of it must not hide a leak
            Secrets.remember(key.substring(key.lastIndexOf('_') + 1));
        }
    }

    ObjectNode direct(String... permissions) {
        return Json.object("name", "A key", "permissions", List.of(permissions));
    }

    ObjectNode inAcme(String... permissions) {
        return direct(permissions).put("account_id", acme());
    }

    ObjectNode ofAcme(String... permissions) {
        return inAcme(permissions).put("owner", "account");
    }

    String acme() {
        return organization("acme");
    }

    String organization(String alias) {
        return organizations.computeIfAbsent(alias, name -> {
            for (JsonNode found :
                    realm.get("/organizations?search=" + name).expect(200).json()) {
                if (found.path("alias").asText().equals(name)) {
                    return found.path("id").asText();
                }
            }
            throw new AssertionError("No organization " + name);
        });
    }
}
