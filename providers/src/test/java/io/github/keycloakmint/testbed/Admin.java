package io.github.keycloakmint.testbed;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The admin REST API as the bootstrap administrator of realm master. Paths start at the base URL with a slash. */
public final class Admin {

    /** Keycloak's tokens of admin-cli live for 60 s. */
    private static final long LIFE = Duration.ofSeconds(30).toNanos();

    private static final Map<URI, Admin> KNOWN = new ConcurrentHashMap<>();

    private final KeycloakServer server;
    private String token;
    private long since;

    private Admin(KeycloakServer server) {
        this.server = server;
    }

    public static Admin of(KeycloakServer server) {
        return KNOWN.computeIfAbsent(server.baseUrl(), ignored -> new Admin(server));
    }

    public synchronized String token() {
        if (token == null || System.nanoTime() - since > LIFE) {
            since = System.nanoTime();
            token = Http.post(server.url("/realms/master/protocol/openid-connect/token"))
                    .form(Map.of(
                            "grant_type",
                            "password",
                            "client_id",
                            "admin-cli",
                            "username",
                            server.adminUser(),
                            "password",
                            server.adminPassword()))
                    .send()
                    .expect(200)
                    .json()
                    .path("access_token")
                    .asText();
        }
        return token;
    }

    /** A token lists the realms of its time: take a new one after a realm was made. */
    synchronized void renew() {
        token = null;
    }

    public Answer get(String path) {
        return call("GET", path).send();
    }

    public Answer post(String path, Object json) {
        return call("POST", path).json(json).send();
    }

    public Answer put(String path, Object json) {
        return call("PUT", path).json(json).send();
    }

    public Answer delete(String path) {
        return call("DELETE", path).send();
    }

    /** Some of Keycloak's deletions want a body. */
    public Answer delete(String path, Object json) {
        return call("DELETE", path).json(json).send();
    }

    private Http call(String method, String path) {
        return Http.request(method, server.url(path)).bearer(token());
    }
}
