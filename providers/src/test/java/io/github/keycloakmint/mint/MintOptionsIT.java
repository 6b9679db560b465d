package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.KeycloakServer;
import io.github.keycloakmint.testbed.ServerOptions;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What server options change; each test starts a server with other ones. */
class MintOptionsIT {

    private static final String OPTION = "--spi-mint-capability--token-for-email--";

    @Test
    void switched_off_it_answers_401_to_everybody() {
        try (KeycloakServer server = Servers.start(ServerOptions.forTests().with(OPTION + "active", "false"));
                TestRealm realm = TestRealm.create(server, "demo-realm.json", changes -> {})) {
            for (String path : new String[] {"/realms/" + realm.name() + "/api", "/api"}) {
                Answer answer = Http.post(server.url(path + "/auth/token-for-email"))
                        .header(Mint.SECRET_HEADER, server.secrets().current())
                        .json(Json.object("email", "jane@example.com", "platformId", realm.platformId()))
                        .send();
                assertThat(answer.status()).as(path).isEqualTo(401);
                assertThat(answer.body()).isEqualTo(Mint.UNAUTHORIZED);
            }
            assertThat(realm.get("/mint/mints").status()).isEqualTo(404);
        }
    }

    /** T9, T16: another header, one listed realm, a believed proxy that writes RFC 7239's header, and no ledger. */
    @Test
    void header_realms_proxies_and_ledger_are_as_configured() {
        String listed = "listed";
        ServerOptions options = ServerOptions.forTests()
                .with(OPTION + "secret-header", "X-Upstream-Secret")
                .with(OPTION + "shared-secret-realms", listed)
                .with(OPTION + "ledger", "false")
                .with("--spi-mint-kernel--default--trusted-proxies", "127.0.0.0/8,172.16.0.0/12,192.168.0.0/16")
                .with("--spi-mint-kernel--default--forwarded-header", "forwarded");
        try (KeycloakServer server = Servers.start(options);
                TestRealm realm =
                        TestRealm.create(server, "demo-realm.json", settings -> settings.put("sslRequired", "none"))) {
            Answer unlisted = upstream(server, realm);
            assertThat(unlisted.body()).as("realm not listed").isEqualTo(Mint.UNAUTHORIZED);
            realm.clientAttribute("billing-service", "mint.allowed-ips", "203.0.113.0/24");
            String secret = realm.clientSecret("billing-service");
            for (String accepted : List.of(
                    "for=203.0.113.7",
                    "For=\"203.0.113.7:4711\";proto=https",
                    // counted from the right
                    "for=198.51.100.1, for=203.0.113.7",
                    // a quote that the client left open
                    "for=\"198.51.100.1, for=203.0.113.7;host=\"a,b\"")) {
                assertThat(billing(realm, secret, accepted).status())
                        .as(accepted)
                        .isEqualTo(200);
            }
            for (String refused : List.of(
                    // what the client wrote itself
                    "for=203.0.113.7, for=198.51.100.1",
                    "for=203.0.113.7, for=unknown",
                    "for=203.0.113.7, for=_hidden",
                    "for=203.0.113.7;for=203.0.113.7",
                    "203.0.113.7",
                    "for=198.51.100.1;host=\"x, for=203.0.113.7\"")) {
                assertThat(billing(realm, secret, refused).body()).as(refused).isEqualTo(Mint.UNAUTHORIZED);
            }
            assertThat(new AuditLog(server)
                            .await(line -> line.path("ip").asText().equals("198.51.100.1"))
                            .path("outcome")
                            .asText())
                    .isEqualTo("unauthorized");
            assertThat(realm.get("/mint/mints").expect(200).json().path("mints"))
                    .isEmpty();
        }
    }

    private static Answer upstream(KeycloakServer server, TestRealm realm) {
        return Http.post(realm.url("/api/auth/token-for-email"))
                .header("X-Upstream-Secret", server.secrets().current())
                .json(Json.object("email", "jane@example.com", "platformId", realm.platformId()))
                .send();
    }

    private static Answer billing(TestRealm realm, String secret, String forwarded) {
        return Http.post(realm.url("/api/auth/token-for-email"))
                .basic("billing-service", secret)
                .header("Forwarded", forwarded)
                // not what this server's proxies write
                .header("X-Forwarded-For", "203.0.113.8")
                .json(Json.object(
                        "email", "jane@example.com", "platformId", realm.platformId(), "reason", "invoice 42"))
                .send();
    }

    /** On a process: a container that ends at once is waited for until the limit. */
    @Test
    @Tag("distribution")
    void a_bad_option_stops_the_server_and_says_which() {
        for (Map.Entry<String, String> bad : Map.of(
                        OPTION + "ledger", "maybe", "--spi-mint-kernel--default--trusted-proxies", "everybody")
                .entrySet()) {
            ServerOptions options = ServerOptions.forTests().with(bad.getKey(), bad.getValue());
            assertThatThrownBy(() -> Servers.start(options).close()).hasStackTraceContaining(bad.getKey());
        }
    }
}
