package io.github.keycloakmint.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The templates of realm-config/, which are for a realm that exists already, do what realm-config/README.md says. */
class TemplateIT {

    private static final String API = "https://api.example.com";

    private static TestRealm realm;

    @BeforeAll
    static void realm() {
        realm = TestRealm.create(Servers.shared(), "other-realm.json", other -> other.put("registrationAllowed", true)
                .put("organizationsEnabled", true)
                .withObject("/attributes")
                .put("mint.signup.accounts", "true"));
    }

    @AfterAll
    static void close() {
        realm.close();
    }

    @Test
    void sign_in_and_accounts_work_after_one_partial_import() throws IOException {
        JsonNode template = Json.parse(Files.readString(Settings.realmFile("template-sign-in-and-accounts.json")));
        assertThat(realm.post("/partialImport", template)
                        .expect(200)
                        .json()
                        .path("added")
                        .asInt())
                .isEqualTo(4);
        assertThat(realm.post("/partialImport", template)
                        .expect(200)
                        .json()
                        .path("skipped")
                        .asInt())
                .isEqualTo(4);

        ObjectNode newcomer = Json.object(
                "client_id", "app", "email", "kim@example.com", "password", TestRealm.PASSWORD, "name", "Kim Lee");
        JsonNode session = Http.post(realm.url("/auth/sign-up"))
                .json(newcomer.put("account_name", "Kim Ltd"))
                .send()
                .expect(201)
                .json();
        JsonNode account = session.path("profile").path("active_membership");
        assertThat(account.path("permissions").toString()).isEqualTo("[\"items:read\",\"items:write\"]");

        JsonNode token = Http.post(
                        realm.url("/api/accounts/" + account.path("account_id").asText() + "/token"))
                .header(
                        "Authorization",
                        "Bearer " + session.path("tokens").path("access_token").asText())
                .json(Json.object("audience", API))
                .send()
                .expect(200)
                .json();
        JsonNode claims = Jwt.payload(token.path("access_token").asText());
        assertThat(claims.path("aud").asText()).isEqualTo(API);
        assertThat(claims.path("permissions").toString()).isEqualTo("[\"items:read\",\"items:write\"]");
    }
}
