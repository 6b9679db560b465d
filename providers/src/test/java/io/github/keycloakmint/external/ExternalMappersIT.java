package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keycloak's own mappers on the identity provider, and that nothing is written where nothing has changed. */
class ExternalMappersIT {

    private static final String ISSUER = "mapped";

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        external = new External(realm);
        Project.create(realm, ISSUER, Map.of());
        Project.mapper(realm, ISSUER, "oidc-hardcoded-role-idp-mapper", Map.of("role", "free", "syncMode", "FORCE"));
        Project.mapper(
                realm,
                ISSUER,
                "oidc-role-idp-mapper",
                Map.of("claim", "plan", "claim.value", "gold", "role", "premium", "syncMode", "FORCE"));
        Project.mapper(
                realm,
                ISSUER,
                "oidc-user-attribute-idp-mapper",
                Map.of("claim", "crm.id", "user.attribute", "legacyId", "syncMode", "FORCE"));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static JsonNode signIn(String foreignId, Consumer<ObjectNode> changes) {
        return external.signedIn(External.sign(External.claims(foreignId, claims -> {
                    claims.put("iss", ISSUER);
                    changes.accept(claims);
                })))
                .path("user");
    }

    private static List<String> roles(String userId) {
        return realm
                .get("/users/" + userId + "/role-mappings/realm")
                .expect(200)
                .json()
                .findValuesAsText("name")
                .stream()
                .filter(name -> !name.startsWith("default-roles"))
                .toList();
    }

    private static String legacyId(String userId) {
        return realm.user(userId).path("attributes").path("legacyId").path(0).asText();
    }

    @Test
    void mappers_give_and_take_away_again() {
        String id = External.freshId();
        String userId = signIn(
                        id,
                        claims -> claims.put("plan", "gold").putObject("crm").put("id", "c-1"))
                .path("id")
                .asText();
        assertThat(roles(userId)).containsExactlyInAnyOrder("free", "premium");
        assertThat(legacyId(userId)).isEqualTo("c-1");
        signIn(id, claims -> claims.put("plan", "silver").putObject("crm").put("id", "c-2"));
        assertThat(roles(userId)).containsExactly("free");
        assertThat(legacyId(userId)).isEqualTo("c-2");
        realm.removeRealmRole(userId, "free");
        signIn(id, claims -> claims.put("plan", "gold"));
        assertThat(roles(userId)).containsExactlyInAnyOrder("free", "premium");
        // the claim of another issuer goes through that one's mappers, and this one has none
        String other = external.signedIn(External.sign(External.claims(id, claims -> claims.put("plan", "gold"))))
                .path("user")
                .path("id")
                .asText();
        assertThat(other).isNotEqualTo(userId);
        assertThat(roles(other)).isEmpty();
    }

    @Test
    void nothing_changed_is_no_write_and_one_login_event() {
        String id = External.freshId();
        Consumer<ObjectNode> claims = token -> {
            token.put("plan", "gold").putObject("crm").put("id", "c-3");
            ObjectNode data = token.putObject("userData");
            data.put("id", id).put("email", id + "@external.example").put("name", "Jane van  Doe");
            data.put("username", id).put("avatar", "https://example.com/a.jpg").put("bio", "a\nb");
            data.putObject("location")
                    .put("type", "Point")
                    .putArray("coordinates")
                    .add(1.50)
                    .add(2);
            data.put("birthdate", "1995-01-01");
            data.putObject("metadata").put("b", 1.0).put("a", "ü");
            data.putObject("secureMetadata").put("plan", "gold");
        };
        JsonNode first = signIn(id, claims);
        String userId = first.path("id").asText();
        ObjectNode stored = realm.user(userId);
        for (int i = 0; i < 3; i++) {
            int events = realm.events().size();
            int adminEvents = realm.adminEvents().size();
            assertThat(signIn(id, claims)).isEqualTo(first);
            List<JsonNode> now = realm.events();
            assertThat(now).hasSize(events + 1);
            assertThat(now.get(0).path("type").asText()).isEqualTo("IDENTITY_PROVIDER_LOGIN");
            assertThat(now.get(0).path("userId").asText()).isEqualTo(userId);
            assertThat(now.get(0).path("details").path("changed").asText()).isEqualTo("false");
            assertThat(now.get(0).path("details").path("created").asText()).isEqualTo("false");
            assertThat(now.get(0).path("details").path("identity_provider").asText())
                    .isEqualTo(ISSUER);
            assertThat(realm.adminEvents()).hasSize(adminEvents);
        }
        // profileUpdatedAt is among its attributes
        assertThat(realm.user(userId)).isEqualTo(stored);
        assertThat(stored.path("attributes").path("profileUpdatedAt").path(0).asText())
                .matches("\\d+");
        // members of an object in another order, a number in another spelling
        assertThat(signIn(id, claims.andThen(token -> {
                            ObjectNode metadata = token.withObject("/userData").putObject("metadata");
                            metadata.put("a", "ü").put("b", 1.0);
                        }))
                        .path("updatedAt"))
                .isEqualTo(first.path("updatedAt"));
        assertThat(signIn(id, claims.andThen(token -> token.withObject("/userData")
                                .put("bio", "c")))
                        .path("updatedAt")
                        .asText())
                .isGreaterThan(first.path("updatedAt").asText());
        assertThat(realm.events().get(0).path("details").path("changed").asText())
                .isEqualTo("true");
    }

    @Test
    void a_refused_call_leaves_no_login_event_and_no_event_carries_a_token() {
        String jwt = External.sign(External.claims(External.freshId(), claims -> claims.put("iss", ISSUER)));
        external.signedIn(jwt);
        int logins = realm.events("IDENTITY_PROVIDER_LOGIN").size();
        external.verify(jwt + "x").expect(403);
        external.verify("garbage").expect(403);
        assertThat(realm.events("IDENTITY_PROVIDER_LOGIN")).hasSize(logins);
        String all = Json.text(realm.events()) + Json.text(realm.adminEvents());
        assertThat(all).doesNotContain(jwt, jwt.split("\\.")[2]);
    }
}
