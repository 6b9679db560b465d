package io.github.keycloakmint.apikeys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiKeysIT {

    private static TestRealm realm;
    private static KeyDesk desk;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        desk = new KeyDesk(realm);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    @Test
    void a_key_is_shown_once_and_listed_without_it() {
        String jane = desk.session(KeyDesk.JANE);
        JsonNode made = desk.create(jane, Json.object("name", "Build server", "permissions", List.of()))
                .expect(201)
                .json();
        String key = made.path("key").asText();
        String id = made.path("id").asText();
        assertThat(key).matches("km_live_" + id + "_[0-9A-Za-z]{49}");
        assertThat(made.path("name").asText()).isEqualTo("Build server");
        assertThat(made.path("owner").asText()).isEqualTo("user");
        assertThat(made.path("account_id").isNull()).isTrue();
        assertThat(made.path("permissions")).isEmpty();
        assertThat(made.path("enabled").asBoolean()).isTrue();
        assertThat(made.path("expires_at").isNull()).isTrue();
        JsonNode listed = desk.list(jane, "").expect(200).json();
        assertThat(listed.path("first").asInt()).isZero();
        assertThat(listed.path("max").asInt()).isEqualTo(100);
        assertThat(StreamSupport.stream(listed.path("keys").spliterator(), false)
                        .map(shown -> shown.path("id").asText()))
                .contains(id);
        assertThat(listed.toString()).doesNotContain(key).doesNotContain("hash").doesNotContain("\"key\"");
    }

    @Test
    void a_key_for_an_account_has_what_its_owner_has_there() {
        JsonNode made = desk.created(KeyDesk.JANE, desk.inAcme("campaigns:read", "campaigns:write"));
        assertThat(made.path("account_id").asText()).isEqualTo(desk.acme());
        assertThat(made.path("permissions").toString()).isEqualTo("[\"campaigns:read\",\"campaigns:write\"]");
    }

    @Test
    void an_account_owns_a_key_that_its_owners_and_admins_see() {
        JsonNode made = desk.created(KeyDesk.JANE, desk.ofAcme("campaigns:read"));
        assertThat(made.path("owner").asText()).isEqualTo("account");
        assertThat(desk.list(desk.session(KeyDesk.JANE), "?account_id=" + desk.acme())
                        .expect(200)
                        .body())
                .contains(made.path("id").asText());
        // john is a member, and none of those
        assertThat(desk.list(desk.session(KeyDesk.JOHN), "?account_id=" + desk.acme())
                        .status())
                .isEqualTo(403);
        // the user who stands for the account is in no list
        assertThat(realm.get("/users?max=1000").body()).doesNotContain("mint-account");
        assertThat(realm.get("/organizations/" + desk.acme() + "/members").body())
                .doesNotContain("mint-account");
    }
}
