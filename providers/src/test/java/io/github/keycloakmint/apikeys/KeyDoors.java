package io.github.keycloakmint.apikeys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.Random;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The doors at which a key becomes a token or is asked about, in tests; on any node of the realm's server. */
final class KeyDoors {

    static final String GRANT = "urn:keycloak-mint:params:oauth:grant-type:api-key";
    static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String KEY_TYPE = "urn:keycloak-mint:params:oauth:token-type:api-key";
    static final String BACKEND = "key-backend";

    private final TestRealm realm;
    private final KeycloakServer node;
    private final Map<String, String> secrets;

    private KeyDoors(TestRealm realm, KeycloakServer node, Map<String, String> secrets) {
        this.realm = realm;
        this.node = node;
        this.secrets = secrets;
    }

    /** Makes the resource server one that may ask about keys, and a confidential client that may have tokens of them. */
    static KeyDoors open(TestRealm realm) {
        KeyDoors doors = new KeyDoors(realm, realm.server(), new LinkedHashMap<>());
        doors.secrets.put(KeyDesk.API, Secrets.remember(Random.secret()));
        realm.updateClient(KeyDesk.API, client -> {
            client.put("secret", doors.secrets.get(KeyDesk.API));
            client.withObject("/attributes").put("mint.capabilities", "api-keys");
        });
        doors.client(BACKEND, client -> {});
        return doors;
    }

    KeyDoors at(KeycloakServer other) {
        return new KeyDoors(realm, other, secrets);
    }

    /** Another confidential client that may have tokens of keys. */
    void client(String clientId, Consumer<ObjectNode> changes) {
        secrets.put(clientId, Secrets.remember(Random.secret()));
        ObjectNode client = Json.object(
                "clientId",
                clientId,
                "secret",
                secrets.get(clientId),
                "publicClient",
                false,
                "standardFlowEnabled",
                false,
                "serviceAccountsEnabled",
                true,
                "directAccessGrantsEnabled",
                true,
                "fullScopeAllowed",
                false);
        client.withObject("/attributes").put("mint.capabilities", "api-keys").put("mint.audiences", KeyDesk.API);
        client.set("defaultClientScopes", Json.parse("[\"basic\",\"acr\"]"));
        client.set("optionalClientScopes", Json.parse("[\"offline_access\"]"));
        changes.accept(client);
        realm.createClient(client);
    }

    URI url(String path) {
        return node.url("/realms/" + realm.name() + path);
    }

    /** {@code POST /api/api-keys/token}, without a body. */
    Answer token(String key) {
        return Http.post(url("/api/api-keys/token")).header("X-API-KEY", key).send();
    }

    Answer token(String key, Object body) {
        return Http.post(url("/api/api-keys/token"))
                .header("X-API-KEY", key)
                .json(body)
                .send();
    }

    /** The token of the first door. */
    String issued(String key) {
        return token(key).expect(200).json().path("access_token").asText();
    }

    Http account(String account, String key) {
        return Http.post(url("/api/accounts/" + account + "/token")).header("X-API-KEY", key);
    }

    Answer accountToken(String account, String key) {
        return account(account, key).json(Json.object("audience", KeyDesk.API)).send();
    }

    Answer exchange(String client, String key, Map<String, String> more) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", EXCHANGE);
        form.put("subject_token", key);
        form.put("subject_token_type", KEY_TYPE);
        form.putAll(more);
        return tokenEndpoint(client, form);
    }

    Answer grant(String client, String key, Map<String, String> more) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", GRANT);
        form.put("api_key", key);
        form.putAll(more);
        return tokenEndpoint(client, form);
    }

    Answer tokenEndpoint(String client, Map<String, String> form) {
        return authenticated("/protocol/openid-connect/token", client, form);
    }

    /** By the audience itself. */
    JsonNode introspect(String token) {
        return introspect(KeyDesk.API, Map.of("token", token)).expect(200).json();
    }

    boolean active(String token) {
        return introspect(token).path("active").asBoolean();
    }

    Answer introspect(String client, Map<String, String> form) {
        return authenticated("/protocol/openid-connect/token/introspect", client, form);
    }

    private Answer authenticated(String path, String client, Map<String, String> form) {
        String secret = secrets.get(client);
        if (secret != null) {
            return Http.post(url(path)).basic(client, secret).form(form).send();
        }
        Map<String, String> all = new LinkedHashMap<>(form);
        all.put("client_id", client);
        return Http.post(url(path)).form(all).send();
    }

    Http verify() {
        return Http.get(url("/api/auth/verify"));
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(member -> texts.add(member.asText()));
        return texts;
    }
}
