package io.github.keycloakmint.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image and the compose file of {@code docker/}, built with the packaged jar and started once on PostgreSQL. Fails,
 * and does not skip, where an engine, Compose or an image is missing: that is what {@code -Pfull} promises.
 */
@Tag("full")
class ComposeIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @TempDir
    static Path logs;

    private static ComposeProject project;

    @BeforeAll
    static void start() throws IOException {
        Path repository = property("repository.root");
        // The Dockerfile copies the jar from this place, so that is the one that must be there.
        assertThat(property("bundle.jar").toRealPath())
                .isEqualTo(
                        repository.resolve("providers/target/keycloak-mint.jar").toRealPath());
        project = new ComposeProject(repository.toRealPath(), logs);
        project.up();
        awaitHealthy(Duration.ofMinutes(5));
    }

    @AfterAll
    static void stop() {
        if (project != null) {
            project.close();
            assertThat(project.leftovers()).isEmpty();
        }
    }

    @Test
    void bothServicesAreHealthy() {
        assertThat(project.health("postgres")).isEqualTo("healthy");
        assertThat(project.health("keycloak")).isEqualTo("healthy");
    }

    @Test
    void runsAsAnUnprivilegedUser() {
        assertThat(project.processUserIds("keycloak")).isEqualTo("1000 1000 1000 1000");
    }

    @Test
    void managementPortAnswersReadyAndMetrics() throws Exception {
        HttpResponse<String> ready = get(project.managementPort, "/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(ready.body()).path("status").asText()).isEqualTo("UP");
        assertThat(get(project.managementPort, "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void startsOptimizedInProductionMode() {
        assertThat(project.logs("keycloak"))
                .contains("Profile prod activated")
                .doesNotContain("Updating the configuration")
                .doesNotContain("Quarkus augmentation");
    }

    @Test
    void masterRealmIsNotFoundInTheEndpointsOwnShape() throws Exception {
        HttpResponse<String> answer = mint("master");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertError(answer, 404, "NOT_FOUND");
    }

    @Test
    void callWithoutSecretIsUnauthorized() throws Exception {
        createRealm("compose-it");
        HttpResponse<String> answer = mint("compose-it");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertError(answer, 401, "UNAUTHORIZED");
    }

    private static void assertError(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("status").asInt()).isEqualTo(status);
        assertThat(error.path("code").asText()).isEqualTo(code);
    }

    private static HttpResponse<String> mint(String realm) throws Exception {
        return send(HttpRequest.newBuilder(uri(project.httpPort, "/realms/" + realm + "/api/auth/token-for-email"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"email\":\"jane@example.com\",\"platformId\":1}")));
    }

    private static void createRealm(String name) throws Exception {
        HttpResponse<String> token =
                send(HttpRequest.newBuilder(uri(project.httpPort, "/realms/master/protocol/openid-connect/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("grant_type=password&client_id=admin-cli&username=admin&password="
                                + project.adminPassword)));
        assertThat(token.statusCode()).isEqualTo(200);
        HttpResponse<String> created = send(HttpRequest.newBuilder(uri(project.httpPort, "/admin/realms"))
                .header(
                        "Authorization",
                        "Bearer "
                                + JSON.readTree(token.body())
                                        .path("access_token")
                                        .asText())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"realm\":\"" + name + "\",\"enabled\":true}")));
        assertThat(created.statusCode()).isEqualTo(201);
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(port, path)).GET());
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static void awaitHealthy(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        String state = "";
        while (System.nanoTime() < deadline) {
            state = project.health("keycloak");
            if (state.equals("healthy")) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
        throw new AssertionError("keycloak is " + state + " after " + limit + ":\n" + project.logs("keycloak"));
    }

    private static Path property(String name) {
        Path path = Path.of(Objects.requireNonNull(System.getProperty(name), name));
        assertThat(path).matches(Files::exists, name + " exists");
        return path;
    }
}
