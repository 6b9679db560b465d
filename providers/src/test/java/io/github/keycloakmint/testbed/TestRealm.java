package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A fresh copy of a realm of realm-config/, under a name and platform ids of its own, gone when it is closed. Realms of
 * different test classes don't see each other.
 */
public final class TestRealm implements AutoCloseable {

    /** Every user of the shipped realms has it, and every {@link #createUser created} one. It is printed in the README. */
    public static final String PASSWORD = "correct-horse-1";

    private final KeycloakServer server;
    private final Admin admin;
    private final String name;
    private final int platformId;
    private final Map<String, String> variables;

    private TestRealm(KeycloakServer server, String name, int platformId, Map<String, String> variables) {
        this.server = server;
        this.admin = Admin.of(server);
        this.name = name;
        this.platformId = platformId;
        this.variables = variables;
    }

    /** A copy of the demo realm on the shared server. */
    public static TestRealm create() {
        return create(realm -> {});
    }

    /** As above, with changes to the representation before it is imported. */
    public static TestRealm create(Consumer<ObjectNode> changes) {
        return create(Servers.shared(), "demo-realm.json", changes);
    }

    public static TestRealm create(KeycloakServer server, String file, Consumer<ObjectNode> changes) {
        String name = "t" + Random.name();
        Map<String, String> variables = new ConcurrentHashMap<>();
        ObjectNode realm = RealmFile.read(Settings.realmFile(file))
                .copy(name, variable -> variables.computeIfAbsent(variable, DemoKeys::value));
        changes.accept(realm);
        Admin admin = Admin.of(server);
        admin.post("/admin/realms", realm).expect(201);
        admin.renew();
        int platformId = realm.path("attributes").path("mint.platform-id").asInt();
        return new TestRealm(server, name, platformId, variables);
    }

    public String name() {
        return name;
    }

    /** As it was when the realm was made. */
    public int platformId() {
        return platformId;
    }

    public KeycloakServer server() {
        return server;
    }

    /** The value that took the place of {@code ${variable}} in the realm file. */
    public String variable(String variable) {
        return variables.get(variable);
    }

    /** Under /realms/{name}; {@code path} starts with a slash. */
    public URI url(String path) {
        return server.url("/realms/" + name + path);
    }

    /** Under /admin/realms/{name}. */
    public URI adminUrl(String path) {
        return server.url(adminPath(path));
    }

    public Answer get(String adminPath) {
        return admin.get(adminPath(adminPath));
    }

    public Answer post(String adminPath, Object json) {
        return admin.post(adminPath(adminPath), json);
    }

    public Answer put(String adminPath, Object json) {
        return admin.put(adminPath(adminPath), json);
    }

    public Answer delete(String adminPath) {
        return admin.delete(adminPath(adminPath));
    }

    public Answer delete(String adminPath, Object json) {
        return admin.delete(adminPath(adminPath), json);
    }

    public ObjectNode representation() {
        return (ObjectNode) get("").expect(200).json();
    }

    public void updateRealm(Consumer<ObjectNode> change) {
        update("", change);
    }

    /** One realm attribute; null takes it away. */
    public void realmAttribute(String attribute, String value) {
        updateRealm(realm -> {
            ObjectNode attributes = realm.withObject("/attributes");
            if (value == null) {
                attributes.remove(attribute);
            } else {
                attributes.put(attribute, value);
            }
        });
    }

    public String userId(String email) {
        return only(get("/users?exact=true&email=" + Http.encode(email)), "user " + email);
    }

    public ObjectNode user(String userId) {
        return (ObjectNode) get("/users/" + userId).expect(200).json();
    }

    /** Enabled, verified, with {@link #PASSWORD}; {@code changes} sees the representation before it is sent. */
    public String createUser(String email, Consumer<ObjectNode> changes) {
        ObjectNode user = Json.object(
                "username",
                email,
                "email",
                email,
                "emailVerified",
                true,
                "enabled",
                true,
                "firstName",
                "Test",
                "lastName",
                "User");
        user.set("credentials", Json.MAPPER.valueToTree(List.of(Map.of("type", "password", "value", PASSWORD))));
        changes.accept(user);
        return created(post("/users", user));
    }

    public void updateUser(String userId, Consumer<ObjectNode> change) {
        update("/users/" + userId, change);
    }

    public String clientUuid(String clientId) {
        return only(get("/clients?clientId=" + Http.encode(clientId)), "client " + clientId);
    }

    public ObjectNode client(String clientId) {
        return (ObjectNode) get("/clients/" + clientUuid(clientId)).expect(200).json();
    }

    public void updateClient(String clientId, Consumer<ObjectNode> change) {
        update("/clients/" + clientUuid(clientId), change);
    }

    /** One client attribute; null takes it away. */
    public void clientAttribute(String clientId, String attribute, String value) {
        // Unlike a realm's, a client's attribute stays when it does not come at all, and goes when it comes empty.
        updateClient(clientId, client -> client.withObject("/attributes").put(attribute, value == null ? "" : value));
    }

    /** Returns its UUID. May be a changed copy of one that is there: ids of its parts are left out. */
    public String createClient(ObjectNode client) {
        ObjectNode made = client.deepCopy();
        made.remove("id");
        made.path("protocolMappers").forEach(mapper -> ((ObjectNode) mapper).remove("id"));
        return created(post("/clients", made));
    }

    public String clientSecret(String clientId) {
        JsonNode secret = get("/clients/" + clientUuid(clientId) + "/client-secret")
                .expect(200)
                .json();
        return Secrets.remember(secret.path("value").asText());
    }

    public String serviceAccountId(String clientId) {
        return get("/clients/" + clientUuid(clientId) + "/service-account-user")
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    public void assignRealmRole(String userId, String role) {
        JsonNode representation = get("/roles/" + Http.encode(role)).expect(200).json();
        post("/users/" + userId + "/role-mappings/realm", List.of(representation))
                .expect(204);
    }

    public void removeRealmRole(String userId, String role) {
        JsonNode representation = get("/roles/" + Http.encode(role)).expect(200).json();
        delete("/users/" + userId + "/role-mappings/realm", List.of(representation))
                .expect(204);
    }

    public void assignClientRole(String userId, String clientId, String role) {
        String client = clientUuid(clientId);
        post(clientRoles(userId, client), List.of(clientRole(client, role))).expect(204);
    }

    public void removeClientRole(String userId, String clientId, String role) {
        String client = clientUuid(clientId);
        delete(clientRoles(userId, client), List.of(clientRole(client, role))).expect(204);
    }

    /** User events, newest first, of these types or of all. */
    public List<JsonNode> events(String... types) {
        StringBuilder query = new StringBuilder("/events?max=1000");
        for (String type : types) {
            query.append("&type=").append(type);
        }
        return list(get(query.toString()));
    }

    /** Newest first. */
    public List<JsonNode> adminEvents() {
        return list(get("/admin-events?max=1000"));
    }

    /** The token endpoint with these fields, and with the client's authentication where it has one. */
    public Answer token(String clientId, Map<String, String> fields) {
        return authenticated(url("/protocol/openid-connect/token"), clientId, fields);
    }

    /**
     * The access token of a direct grant. Asked for again for a moment: until Keycloak has counted a user's sign-in it refuses
     * his next one (DefaultBlockingBruteForceProtector), in the words for a wrong password.
     */
    public String passwordToken(String clientId, String email, String password) {
        Map<String, String> fields =
                Map.of("grant_type", "password", "username", email, "password", password, "scope", "openid");
        return Poll.until("a token of " + email, Duration.ofSeconds(5), () -> {
            Answer answer = token(clientId, fields);
            boolean refused = answer.status() == 400 && answer.body().contains("Invalid user credentials");
            return refused ? Optional.empty() : Optional.of(accessToken(answer));
        });
    }

    /** The access token of a client's service account. */
    public String clientToken(String clientId) {
        return accessToken(token(clientId, Map.of("grant_type", "client_credentials")));
    }

    public Answer userinfo(String accessToken) {
        return Http.get(url("/protocol/openid-connect/userinfo"))
                .bearer(accessToken)
                .send();
    }

    /** Asked by {@code clientId}, which authenticates with its secret. */
    public Answer introspect(String clientId, String accessToken) {
        return authenticated(url("/protocol/openid-connect/token/introspect"), clientId, Map.of("token", accessToken));
    }

    /** Keeps the realm's events for the final sweep, then deletes it. */
    @Override
    public void close() {
        LogSweep.gatherEvents(server, name);
        delete("").expect(204);
    }

    private Answer authenticated(URI uri, String clientId, Map<String, String> fields) {
        Http request = Http.post(uri);
        if (client(clientId).path("publicClient").asBoolean()) {
            Map<String, String> all = new LinkedHashMap<>(fields);
            all.put("client_id", clientId);
            return request.form(all).send();
        }
        return request.basic(clientId, clientSecret(clientId)).form(fields).send();
    }

    private void update(String path, Consumer<ObjectNode> change) {
        ObjectNode representation = (ObjectNode) get(path).expect(200).json();
        change.accept(representation);
        put(path, representation).expect(204);
    }

    private JsonNode clientRole(String clientUuid, String role) {
        return get("/clients/" + clientUuid + "/roles/" + Http.encode(role))
                .expect(200)
                .json();
    }

    private String adminPath(String path) {
        return "/admin/realms/" + name + path;
    }

    private static String clientRoles(String userId, String clientUuid) {
        return "/users/" + userId + "/role-mappings/clients/" + clientUuid;
    }

    private static String accessToken(Answer answer) {
        return answer.expect(200).json().path("access_token").asText();
    }

    private static String created(Answer answer) {
        String location = answer.expect(201).header("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String only(Answer answer, String what) {
        JsonNode found = answer.expect(200).json();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of: " + what);
        }
        return found.get(0).path("id").asText();
    }

    private static List<JsonNode> list(Answer answer) {
        List<JsonNode> items = new ArrayList<>();
        answer.expect(200).json().forEach(items::add);
        return items;
    }
}
