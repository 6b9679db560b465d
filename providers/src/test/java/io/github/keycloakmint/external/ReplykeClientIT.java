package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.NodeProgram;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The platform's published JavaScript client, unchanged but for its base URL, against the root facade; see {@code
 * clients/replyke-check}. It keeps its first refresh token and resends it for ever, by {@code setTokens} of its auth slice.
 */
@Tag("full")
class ReplykeClientIT {

    private static NodeProgram program;
    private static TestRealm realm;

    @BeforeAll
    static void start() {
        program = NodeProgram.install("replyke-check");
        realm = TestRealm.create();
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    private static JsonNode run(String mode, String projectId, String foreignId) {
        ObjectNode claims = External.claims(foreignId, payload -> payload.putObject("userData")
                .put("name", "Jane Doe")
                .put("username", "jane_" + foreignId)
                .put("bio", "Tech enthusiast"));
        return program.run(
                Map.of(
                        "BASE_URL",
                        realm.server().baseUrl().toString(),
                        "PROJECT_ID",
                        projectId,
                        "USER_JWT",
                        External.sign(claims),
                        "PAGE",
                        "http://localhost:3000"),
                "check.cjs",
                mode);
    }

    private static List<String> calls(JsonNode result) {
        List<String> calls = new ArrayList<>();
        result.path("calls")
                .forEach(call -> calls.add(call.path("method").asText() + " "
                        + call.path("path").asText() + " " + call.path("status").asInt()));
        return calls;
    }

    /** What both ways of using the client have in common. */
    private static void assertSignedInRefreshedAndOut(JsonNode result, String foreignId) {
        List<JsonNode> states = new ArrayList<>();
        result.path("states").forEach(state -> {
            if (!state.path("what").asText().equals("shown")) {
                states.add(state);
            }
        });
        assertThat(states).hasSize(5);
        List<JsonNode> signedIn = states.subList(0, 4);
        String first = signedIn.get(0).path("refreshToken").asText();
        assertThat(signedIn).allSatisfy(state -> {
            assertThat(state.path("user").path("foreignId").asText()).isEqualTo(foreignId);
            assertThat(state.path("user").path("username").asText()).isEqualTo("jane_" + foreignId);
            assertThat(state.path("user").path("bio").asText()).isEqualTo("Tech enthusiast");
            assertThat(state.path("userOfUserSlice")).isEqualTo(state.path("user"));
            assertThat(state.path("refreshToken").asText()).hasSize(16).isEqualTo(first);
        });
        assertThat(signedIn.stream().map(state -> state.path("accessToken").asText()))
                .doesNotHaveDuplicates()
                .allMatch(print -> print.length() == 16);
        assertThat(states.get(4).path("accessToken").isNull()).isTrue();
        assertThat(states.get(4).path("refreshToken").isNull()).isTrue();
        assertThat(states.get(4).path("user").isNull()).isTrue();
        // every call but the first one carries the first refresh token
        List<JsonNode> calls = new ArrayList<>();
        result.path("calls").forEach(calls::add);
        assertThat(calls.subList(1, calls.size()))
                .allMatch(call -> first.equals(call.path("refreshToken").asText()));
        assertThat(result.path("afterSignOut").path("status").asInt()).isEqualTo(403);
        assertThat(result.path("afterSignOut").path("body").path("code").asText())
                .isEqualTo("auth/refresh-token-invalid");
        String userId = states.get(0).path("user").path("id").asText();
        assertThat(realm.user(userId).path("enabled").booleanValue()).isTrue();
        assertThat(realm.get("/users/" + userId + "/sessions").expect(200).json())
                .isEmpty();
    }

    @Test
    void its_store_signs_in_refreshes_three_times_with_its_first_refresh_token_and_signs_out() {
        String id = External.freshId();
        JsonNode result = run("store", realm.name(), id);
        String at = "POST /" + realm.name() + "/auth/";
        assertThat(calls(result))
                .containsExactly(
                        at + "verify-external-user 200",
                        at + "request-new-access-token 200",
                        at + "request-new-access-token 200",
                        at + "request-new-access-token 200",
                        at + "sign-out 204");
        assertThat(result.path("withheld")).isEmpty();
        assertSignedInRefreshedAndOut(result, id);
    }

    /**
     * The DOM's requests obey CORS, so this is also a page of an allowed origin; and the project has an id of its own. The
     * one call that the client makes past its base URL (its project's public settings, of which it survives the lack) is
     * withheld.
     */
    @Test
    void its_react_hooks_do_the_same_in_a_page_of_another_origin() {
        String project = "project-of-" + realm.name();
        realm.realmAttribute("mint.project-id", project);
        try {
            String id = External.freshId();
            JsonNode result = run("hooks", project, id);
            String at = "POST /" + project + "/auth/";
            assertThat(calls(result))
                    .containsExactly(
                            at + "verify-external-user 200",
                            at + "request-new-access-token 200", // the provider's own, at once after signing in
                            at + "request-new-access-token 200",
                            at + "request-new-access-token 200",
                            at + "request-new-access-token 200",
                            at + "sign-out 204");
            assertThat(result.path("withheld")).hasSize(1);
            assertThat(result.path("states").path(5).path("text").asText()).isEqualTo(id);
            assertSignedInRefreshedAndOut(result, id);
        } finally {
            realm.realmAttribute("mint.project-id", null);
        }
    }
}
