package io.github.keycloakmint.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The test bed itself: what every other integration test builds on. */
class FixtureIT {

    private static KeycloakServer server;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        server = Servers.shared();
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    @Test
    void theServerIsReadyAndItsLogIsRead() {
        assertThat(Http.get(URI.create(server.managementUrl() + "/health/ready"))
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(server.log()).contains("Listening on");
        assertThat(server.logFile()).hasFileName("server-" + Servers.backend() + ".log");
    }

    @Test
    void thePackagedJarIsDeployed() {
        JsonNode spis =
                Admin.of(server).get("/admin/serverinfo").expect(200).json().path("providers");
        assertThat(spis.path("mint-capability").path("providers").has("token-for-email"))
                .isTrue();
    }

    @Test
    void theRealmIsACopyUnderItsOwnNames() {
        JsonNode representation = realm.representation();
        assertThat(representation.path("realm").asText()).isEqualTo(realm.name());
        assertThat(representation.path("attributes").path("mint.platform-id").asInt())
                .isEqualTo(realm.platformId())
                .isNotEqualTo(1);
        assertThat(realm.user(realm.userId("jane@example.com")).path("enabled").asBoolean())
                .isTrue();
    }

    @Test
    void secretsOfTheRealmFileAreFreshAndKnownToTheSweep() {
        String secret = realm.clientSecret("billing-service");
        assertThat(secret).hasSizeGreaterThanOrEqualTo(32).isEqualTo(realm.variable("BILLING_SERVICE_SECRET"));
        assertThat(LogSweep.leaksIn("x" + secret)).hasSize(1);
    }

    @Test
    void eventsAreStoredAndRead() {
        String token = realm.passwordToken("cid_inbox_manager", "jane@example.com", TestRealm.PASSWORD);
        assertThat(Secrets.all()).contains(token);
        List<JsonNode> logins = realm.events("LOGIN");
        assertThat(logins).isNotEmpty();
        assertThat(logins.get(0).path("ipAddress").asText() + "/32").isEqualTo(server.callerCidr());
        realm.createUser("new@example.com", user -> user.put("firstName", "New"));
        assertThat(realm.adminEvents().get(0).path("resourceType").asText()).isEqualTo("USER");
        assertThat(new Metrics(server).value("keycloak_user_events_total", "event", "login", "realm", realm.name()))
                .isEqualTo(1);
    }

    @Test
    void attributesComeAndGo() {
        realm.clientAttribute("billing-service", "mint.require-reason", "true");
        assertThat(realm.client("billing-service")
                        .path("attributes")
                        .path("mint.require-reason")
                        .asText())
                .isEqualTo("true");
        realm.clientAttribute("billing-service", "mint.require-reason", null);
        assertThat(realm.client("billing-service").path("attributes").has("mint.require-reason"))
                .isFalse();
        realm.realmAttribute("mint.legacy-id-attribute", "x");
        realm.realmAttribute("mint.legacy-id-attribute", null);
        assertThat(realm.representation().path("attributes").has("mint.legacy-id-attribute"))
                .isFalse();
    }

    @Test
    void malformedRequestsCanBeSent() {
        String host = server.baseUrl().getHost() + ":" + server.baseUrl().getPort();
        Answer answer = RawHttp.send(
                server.baseUrl(), "GET /realms/" + realm.name() + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("realm").asText()).isEqualTo(realm.name());
        assertThat(RawHttp.send(server.baseUrl(), "GET / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: x\r\n\r\n")
                        .status())
                .isGreaterThanOrEqualTo(400);
        Answer twice = Http.get(realm.url(""))
                .header("X-Twice", "1")
                .header("X-Twice", "")
                .send();
        assertThat(twice.status()).isEqualTo(200);
    }

    @Test
    void aMintedTokenIsAuditedCountedAndKnownToTheSweep() {
        Answer answer = Http.post(realm.url("/api/auth/token-for-email"))
                .header("X-Tribe-Service-Secret", server.secrets().current())
                .json(Json.object("email", "jane@example.com", "platformId", realm.platformId()))
                .send()
                .expect(200);
        String token = answer.json().path("accessToken").asText();
        assertThat(Secrets.all()).contains(token);
        assertThat(realm.introspect("introspector", token).json().path("active").asBoolean())
                .isTrue();
        JsonNode line = new AuditLog(server).await(audit -> audit.path("jti")
                .asText()
                .equals(Jwt.payload(token).path("jti").asText()));
        assertThat(line.path("realm").asText()).isEqualTo(realm.name());
        assertThat(line.path("ip").asText() + "/32").isEqualTo(server.callerCidr());
        assertThat(new Metrics(server).value("keycloak_mint_calls_total", "capability", "token-for-email"))
                .isPositive();
    }

    @Test
    void auditLinesAreParsed() {
        String log = "2026-11-21 10:00:00,123 INFO  [keycloakmint.audit] (executor-thread-1) {\"outcome\":\"ok\"}\n"
                + "2026-11-21 10:00:00,124 INFO  [org.keycloak] (main) keycloakmint.audit {}\n"
                + "2026-11-21 10:00:00,125 INFO  [keycloakmint.audit] (executor-thread-1) {\"outc";
        assertThat(AuditLog.parse(log)).hasSize(1).first().satisfies(line -> assertThat(
                        line.path("outcome").asText())
                .isEqualTo("ok"));
    }
}
