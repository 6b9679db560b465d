package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.NodeProgram;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client of {@code clients/js}, with the packages of its lock file: compiled, tested by itself, then against us. */
@Tag("full")
class JsClientIT {

    private static final String AUDIENCE = "https://api.inbox-manager.com";

    private static NodeProgram program;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        program = NodeProgram.install("js");
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    private static void assertRefused(JsonNode refusal, int status, String code) {
        assertThat(refusal.path("status").asInt()).isEqualTo(status);
        assertThat(refusal.path("code").asText()).isEqualTo(code);
        assertThat(refusal.path("message").asText()).isNotBlank();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void it_is_well_typed_and_passes_its_own_tests_and_the_documented_flow_line_by_line() {
        program.script("check");
        assertThat(program.script("test")).contains("fail 0").doesNotContain("pass 0");

        JsonNode result = program.run(Map.of("BASE_URL", realm.url("").toString()), "build/end-to-end.js");

        JsonNode active = result.path("profile").path("active_membership");
        assertThat(result.path("profile").path("email").asText()).isEqualTo("jane@example.com");
        assertThat(active.path("alias").asText()).isEqualTo("acme");
        assertThat(active.path("role").asText()).isEqualTo("owner");
        assertThat(texts(result.path("tokenMembers")))
                .containsExactly("access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type");
        // twenty at once were answered with one token, and the session outlived it
        assertThat(result.path("refreshTokens").asInt()).isEqualTo(1);
        assertThat(result.path("rotated").asBoolean()).isTrue();

        String account = active.path("account_id").asText();
        JsonNode token = result.path("accountToken");
        JsonNode claims = result.path("claims");
        assertThat(token.path("account_id").asText()).isEqualTo(account);
        assertThat(token.path("audience").asText()).isEqualTo(AUDIENCE);
        assertThat(claims.path("aud").asText()).isEqualTo(AUDIENCE);
        assertThat(claims.path("account_id").asText()).isEqualTo(account);
        assertThat(claims.path("team_id").asText()).isEqualTo(account);
        assertThat(claims.path("role").asText()).isEqualTo("owner");
        assertThat(claims.path("permissions")).isEqualTo(token.path("permissions"));
        assertThat(texts(claims.path("permissions")))
                .containsExactly("campaigns:read", "campaigns:write", "templates:read", "templates:write");

        assertThat(result.path("pageSignedIn").asText()).isEqualTo("jane@example.com");
        assertThat(result.path("listing").path("aud").asText()).isEqualTo(AUDIENCE);
        assertThat(result.path("listing").path("account_id").asText()).isEqualTo(account);

        assertRefused(result.path("unknownAudience"), 400, "invalid_target");
        assertRefused(result.path("unknownAccount"), 403, "forbidden");
        assertRefused(result.path("foreignPage"), 403, "forbidden");
        assertRefused(result.path("wrongPassword"), 401, "unauthorized");
        assertThat(result.path("wrongPassword").path("message").asText()).isEqualTo("Invalid email or password");
        assertRefused(result.path("afterSignOut"), 401, "unauthorized");
    }
}
