package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The user who stands for an account. */
class KeySubjectIT {

    private static String subject(KeyDesk desk, JsonNode made) {
        return desk.verify(made.path("key").asText())
                .expect(200)
                .header("X-Auth-User-Id")
                .orElseThrow();
    }

    @Test
    void nobody_keeps_an_account_from_having_keys_by_his_name() {
        try (TestRealm realm = TestRealm.create()) {
            KeyDesk desk = new KeyDesk(realm);
            realm.createUser("squatter@example.com", user -> user.put("username", "mint-account-" + desk.acme()));
            JsonNode made = desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
            assertThat(realm.get("/users/" + subject(desk, made))
                            .expect(200)
                            .json()
                            .path("username")
                            .asText())
                    .isEqualTo("mint:account:" + desk.acme());
        }
    }

    @Test
    void an_email_that_somebody_gave_him_ends_his_keys_and_is_taken_away_by_the_next() {
        try (TestRealm realm = TestRealm.create()) {
            KeyDesk desk = new KeyDesk(realm);
            JsonNode made = desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
            String subject = subject(desk, made);
            realm.updateUser(subject, user -> user.put("email", "hidden@example.com"));
            assertThat(desk.verify(made.path("key").asText()).status()).isEqualTo(401);
            desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
            assertThat(subject(desk, made)).isEqualTo(subject);
            // Keycloak's admin REST gives such a user no password
            realm.put(
                            "/users/" + subject + "/reset-password",
                            Json.object("type", "password", "value", TestRealm.PASSWORD, "temporary", false))
                    .expect(400);
        }
    }

    /** An export leaves out what hides him. */
    @Test
    void an_imported_user_with_his_id_is_not_him() {
        String realmId = UUID.randomUUID().toString();
        String acme = UUID.randomUUID().toString();
        String subject = UUID.nameUUIDFromBytes(
                        ("keycloak-mint:account:" + realmId + ":" + acme).getBytes(StandardCharsets.UTF_8))
                .toString();
        try (TestRealm realm = TestRealm.create(file -> {
            file.put("id", realmId);
            file.withArray("/organizations").forEach(organization -> {
                if (organization.path("alias").asText().equals("acme")) {
                    ((com.fasterxml.jackson.databind.node.ObjectNode) organization).put("id", acme);
                }
            });
            file.withArray("/users")
                    .add(Json.object(
                                    "id",
                                    subject,
                                    "username",
                                    "imported",
                                    "email",
                                    "imported@example.com",
                                    "enabled",
                                    true)
                            .set(
                                    "credentials",
                                    Json.parse("[{\"type\":\"password\",\"value\":\"" + TestRealm.PASSWORD + "\"}]")));
        })) {
            KeyDesk desk = new KeyDesk(realm);
            assertThat(desk.acme()).as("imported with its id").isEqualTo(acme);
            assertThat(realm.get("/users/" + subject).status()).isEqualTo(200);
            JsonNode made = desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
            assertThat(subject(desk, made)).isEqualTo(subject);
            JsonNode him = realm.get("/users/" + subject).expect(200).json();
            assertThat(him.path("username").asText()).isEqualTo("mint:account:" + acme);
            assertThat(him.has("email")).isFalse();
            assertThat(realm.get("/users/" + subject + "/credentials").json()).isEmpty();
            assertThat(realm.get("/users?max=1000").body()).doesNotContain(subject);
            assertThat(List.of(desk.permissions(made.path("key").asText()))).containsExactly("campaigns:read");
        }
    }
}
