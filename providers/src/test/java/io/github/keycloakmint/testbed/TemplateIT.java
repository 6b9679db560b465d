package io.github.keycloakmint.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
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
        importTwice("template-sign-in-and-accounts.json", 4);

        JsonNode session = signUp("app", "kim@example.com", "Kim Ltd");
        JsonNode account = session.path("profile").path("active_membership");
        assertThat(account.path("permissions").toString()).isEqualTo("[\"items:read\",\"items:write\"]");

        JsonNode token = Http.post(
                        realm.url("/api/accounts/" + account.path("account_id").asText() + "/token"))
                .bearer(accessToken(session))
                .json(Json.object("audience", API))
                .send()
                .expect(200)
                .json();
        JsonNode claims = Jwt.payload(token.path("access_token").asText());
        assertThat(claims.path("aud").asText()).isEqualTo(API);
        assertThat(claims.path("permissions").toString()).isEqualTo("[\"items:read\",\"items:write\"]");
    }

    @Test
    void keys_are_made_redeemed_and_asked_about_after_one_partial_import() throws IOException {
        importTwice("template-api-keys.json", 5);
        String permissions = "[\"reports:read\"]";

        String bearer = accessToken(signUp("reports-app", "kay@example.com", "Kay Ltd"));
        ObjectNode asked = Json.object("name", "Export", "account_id", "kay-ltd");
        asked.putArray("permissions").add("reports:read");
        String key = Secrets.remember(Http.post(realm.url("/api/api-keys"))
                .bearer(bearer)
                .json(asked)
                .send()
                .expect(201)
                .json()
                .path("key")
                .asText());

        JsonNode redeemed = realm.token(
                        "reports-worker",
                        Map.of("grant_type", "urn:keycloak-mint:params:oauth:grant-type:api-key", "api_key", key))
                .expect(200)
                .json();
        assertThat(redeemed.path("permissions").toString()).isEqualTo(permissions);
        JsonNode introspected =
                realm.introspect("https://reports.example.com", key).expect(200).json();
        assertThat(introspected.path("permissions").toString()).isEqualTo(permissions);
        assertThat(Http.get(realm.url("/api/auth/verify?permission=reports:read"))
                        .header("X-API-KEY", key)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_gateway_lets_users_of_the_app_in_after_one_partial_import() throws IOException {
        importTwice("template-gateway.json", 4);
        realm.realmAttribute("mint.embed.paths", "/embed");

        String bearer = accessToken(signUp("portal", "kit@example.com", "Kit Ltd"));
        Answer verified = Http.get(realm.url("/api/auth/verify?permission=pages:write&audience=portal-pages"))
                .bearer(bearer)
                .send()
                .expect(200);
        assertThat(verified.header("X-Auth-Permissions")).contains("pages:read,pages:write");
        assertThat(verified.header("X-Auth-Jwt"))
                .hasValueSatisfying(jwt -> assertThat(jwt).isNotEmpty());
        Http.post(realm.url("/api/auth/cookie"))
                .bearer(bearer)
                .header("Origin", "https://portal.example.com")
                .json(Json.object())
                .send()
                .expect(200);
        Http.post(realm.url("/api/auth/embed-ticket"))
                .bearer(bearer)
                .json(Json.object("path", "/embed/board"))
                .send()
                .expect(200);
    }

    /** The second time nothing is left to add. Placeholders of secrets are filled as an admin fills them. */
    private static void importTwice(String file, int resources) throws IOException {
        String text = Files.readString(Settings.realmFile(file));
        JsonNode template = Json.parse(Pattern.compile("\\$\\{[A-Z_]+}")
                .matcher(text)
                .replaceAll(match -> Secrets.remember(UUID.randomUUID().toString())));
        assertThat(partialImport(template).path("added").asInt()).isEqualTo(resources);
        assertThat(partialImport(template).path("skipped").asInt()).isEqualTo(resources);
    }

    private static JsonNode partialImport(JsonNode template) {
        return realm.post("/partialImport", template).expect(200).json();
    }

    private static JsonNode signUp(String client, String email, String account) {
        ObjectNode newcomer =
                Json.object("client_id", client, "email", email, "password", TestRealm.PASSWORD, "name", "Kim Lee");
        return Http.post(realm.url("/auth/sign-up"))
                .json(newcomer.put("account_name", account))
                .send()
                .expect(201)
                .json();
    }

    private static String accessToken(JsonNode session) {
        return session.path("tokens").path("access_token").asText();
    }
}
