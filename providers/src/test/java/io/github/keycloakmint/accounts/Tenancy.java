package io.github.keycloakmint.accounts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The demo realm's accounts, in tests: jane owns acme and is a member of globex, john is a member of acme. */
final class Tenancy {

    static final String APP = "cid_inbox_manager";
    static final String API = "https://api.inbox-manager.com";
    static final String ORIGIN = "https://app.inbox-manager.com";
    static final String JANE = "jane@example.com";
    static final String JOHN = "john@example.com";
    static final String MAX = "max@example.com";
    static final String FORBIDDEN =
            "{\"error\":\"forbidden\",\"message\":\"Insufficient permissions for this resource\"}";

    private final TestRealm realm;

    Tenancy(TestRealm realm) {
        this.realm = realm;
        String secret = Secrets.remember(Random.secret());
        realm.updateClient(API, client -> client.put("secret", secret));
    }

    TestRealm realm() {
        return realm;
    }

    /** The access token of a session. */
    String session(String email) {
        return realm.passwordToken(APP, email, TestRealm.PASSWORD);
    }

    JsonNode tokens(String client, String email) {
        return realm.token(
                        client,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                email,
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                "openid"))
                .expect(200)
                .json();
    }

    Http post(String account) {
        return Http.post(realm.url("/api/accounts/" + account + "/token"));
    }

    Answer issue(String bearer, String account) {
        return issue(bearer, account, Json.object("audience", API));
    }

    Answer issue(String bearer, String account, Object body) {
        return post(account).bearer(bearer).json(body).send();
    }

    String token(String bearer, String account) {
        return issue(bearer, account).expect(200).json().path("access_token").asText();
    }

    /** By the audience itself. */
    JsonNode introspect(String token) {
        return realm.introspect(API, token).expect(200).json();
    }

    boolean active(String token) {
        return introspect(token).path("active").asBoolean();
    }

    String organization(String alias) {
        for (JsonNode organization :
                realm.get("/organizations?search=" + alias).expect(200).json()) {
            if (organization.path("alias").asText().equals(alias)) {
                return organization.path("id").asText();
            }
        }
        throw new AssertionError("No organization " + alias);
    }

    String createOrganization(String alias) {
        String location = realm.post("/organizations", Json.object("name", alias, "alias", alias))
                .expect(201)
                .header("location")
                .orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    void enable(String organization, boolean enabled) {
        ObjectNode representation = (ObjectNode)
                realm.get("/organizations/" + organization).expect(200).json();
        representation.put("enabled", enabled);
        realm.put("/organizations/" + organization, representation).expect(204);
    }

    void join(String organization, String userId) {
        realm.post("/organizations/" + organization + "/members", Json.text(userId))
                .expect(201, 204);
    }

    void leave(String organization, String userId) {
        realm.delete("/organizations/" + organization + "/members/" + userId).expect(204);
    }

    /** Id of a group of an organization. */
    String group(String organization, String name) {
        for (JsonNode group : realm.get("/organizations/" + organization + "/groups")
                .expect(200)
                .json()) {
            if (group.path("name").asText().equals(name)) {
                return group.path("id").asText();
            }
        }
        throw new AssertionError("No group " + name);
    }

    void joinGroup(String organization, String group, String userId) {
        realm.put("/organizations/" + organization + "/groups/" + group(organization, group) + "/members/" + userId, "")
                .expect(201, 204);
    }

    void leaveGroup(String organization, String group, String userId) {
        realm.delete("/organizations/" + organization + "/groups/" + group(organization, group) + "/members/" + userId)
                .expect(204);
    }

    /** A confidential client that may ask for account tokens. */
    void createBackend(String clientId, Consumer<ObjectNode> changes) {
        ObjectNode client = Json.object(
                "clientId",
                clientId,
                "secret",
                Secrets.remember(Random.secret()),
                "publicClient",
                false,
                "standardFlowEnabled",
                false,
                "directAccessGrantsEnabled",
                true,
                "fullScopeAllowed",
                false);
        client.withObject("/attributes").put("mint.capabilities", "accounts").put("mint.audiences", API);
        client.set("defaultClientScopes", Json.parse("[\"basic\",\"acr\"]"));
        client.set("optionalClientScopes", Json.parse("[]"));
        changes.accept(client);
        realm.createClient(client);
    }

    void audience(String client, String audience) {
        realm.updateClient(client, changed -> changed.withArray("/protocolMappers")
                .add(Json.parse("{\"name\":\"aud " + audience + "\",\"protocol\":\"openid-connect\",\"protocolMapper\":"
                        + "\"oidc-audience-mapper\",\"config\":{\"included.client.audience\":\"" + audience + "\","
                        + "\"access.token.claim\":\"true\",\"introspection.token.claim\":\"true\"}}")));
    }

    static Map<String, String> exchange(String subject, String account) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", subject);
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.put("account_id", account);
        form.put("audience", API);
        return form;
    }
}
