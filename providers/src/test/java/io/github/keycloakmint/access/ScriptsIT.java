package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Script;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.Servers;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of {@code scripts/}, which need bash, curl and jq. */
@Tag("full")
class ScriptsIT {

    private static final String PROBE = "auth_probe.sh";
    private static final String BOOTSTRAP = "auth_bootstrap_accounts.sh";
    private static final String EXAMPLE = "scripts/accounts.example.json";

    private static TestRealm realm;

    @BeforeAll
    static void start() {
        String address = Servers.shared().baseUrl().toString();
        // without a fixed address the bundle sends no mail, and password reset is off
        realm = TestRealm.create(demo -> demo.withObject("/attributes").put("frontendUrl", address));
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    private static Script.Result probe(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("AUTH_BASE_URL", realm.url("").toString());
        return Script.run(PROBE, all);
    }

    private static void assertWell(Script.Result probe) {
        assertThat(probe.lines().stream().filter(line -> line.startsWith("FAIL")))
                .isEmpty();
        assertThat(probe.exit()).isZero();
        assertThat(Secrets.all())
                .noneMatch(secret -> probe.output().contains(secret))
                .isNotEmpty();
        assertThat(probe.output()).doesNotContain("eyJ", TestRealm.PASSWORD);
    }

    /** A service account with the roles that the script names, and no more. */
    private static Map<String, String> administrator(TestRealm where, String clientId) {
        ObjectNode client = Json.object(
                "clientId",
                clientId,
                "publicClient",
                false,
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false,
                "enabled",
                true);
        where.createClient(client);
        String account = where.serviceAccountId(clientId);
        for (String role : List.of("manage-clients", "manage-organizations", "manage-users", "view-realm")) {
            where.assignClientRole(account, "realm-management", role);
        }
        return Map.of(
                "BASE_URL",
                where.server().baseUrl().toString(),
                "REALM",
                where.name(),
                "ADMIN_CLIENT_ID",
                clientId,
                "ADMIN_CLIENT_SECRET",
                where.clientSecret(clientId));
    }

    @Test
    void the_probe_is_content_with_the_demo_realm_and_all_its_doors() {
        Script.Result result = probe(Map.of(
                "CLIENT_ID",
                "cid_inbox_manager",
                "ORIGIN",
                "https://app.inbox-manager.com",
                "EMAIL",
                "jane@example.com",
                "PASSWORD",
                TestRealm.PASSWORD,
                "AUDIENCE",
                "https://api.inbox-manager.com"));
        assertWell(result);
        assertThat(result.lines().stream().filter(line -> line.startsWith("skip")))
                .isEmpty();
        assertThat(result.output()).contains("session: account token, members");
    }

    @Test
    void the_probe_needs_nothing_but_the_address_and_makes_no_user() {
        int before = realm.get("/users/count").expect(200).json().asInt();
        Script.Result result = probe(Map.of());
        assertWell(result);
        assertThat(result.output()).contains("skip  session");
        assertThat(realm.get("/users/count").expect(200).json().asInt()).isEqualTo(before);
    }

    @Test
    void the_probe_says_what_is_wrong_by_its_exit_code() {
        Script.Result unknown =
                probe(Map.of("AUTH_BASE_URL", realm.server().url("/realms/none").toString()));
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.output()).contains("FAIL  jwks").contains("FAIL  sign-in: is there");
        assertThat(probe(Map.of("AUTH_BASE_URL", "http://127.0.0.1:1")).exit()).isEqualTo(1);
        assertThat(probe(Map.of("AUTH_BASE_URL", "auth.example.com")).exit()).isEqualTo(2);

        Script.Result wrongPassword = probe(Map.of(
                "CLIENT_ID",
                "cid_inbox_manager",
                "EMAIL",
                "max@example.com",
                "PASSWORD",
                "not-the-password",
                "AUTH_PROBE_SKIP",
                "jwks csrf sign-in sign-up refresh sign-out password-reset change-password verify-email accounts"));
        assertThat(wrongPassword.exit()).isEqualTo(1);
        assertThat(wrongPassword.output()).contains("FAIL  session: sign-in").doesNotContain("not-the-password");
    }

    @Test
    void the_bootstrap_makes_what_the_file_says_once_and_its_client_works() {
        Map<String, String> environment = administrator(realm, "bootstrap");

        Script.Result missing = Script.run(BOOTSTRAP, environment, EXAMPLE);
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.lines()).hasSize(1);
        assertThat(missing.output()).contains("no such user").contains("peter@initech.example");
        Script.Result dry = Script.run(BOOTSTRAP, environment, "--dry-run", "--create-users", EXAMPLE);
        assertThat(dry.exit()).as(dry.output()).isZero();
        assertThat(dry.output()).contains("would create account initech");
        assertThat(organization()).isEmpty();

        Script.Result first = Script.run(BOOTSTRAP, environment, "--create-users", EXAMPLE);
        assertThat(first.exit()).as(first.output()).isZero();
        assertThat(first.output()).contains("create account initech").contains("21 changes made");
        Script.Result second = Script.run(BOOTSTRAP, environment, EXAMPLE);
        assertThat(second.exit()).as(second.output()).isZero();
        assertThat(second.lines()).hasSize(1);
        assertThat(second.output()).startsWith("nothing to do");

        JsonNode peter = realm.user(realm.userId("peter@initech.example"));
        assertThat(peter.path("emailVerified").asBoolean()).isFalse();
        assertThat(peter.path("requiredActions")).isEmpty();
        assertThat(realm.get("/users/" + peter.path("id").asText() + "/credentials")
                        .expect(200)
                        .json())
                .isEmpty();

        Script.Result probe = probe(Map.of(
                "CLIENT_ID",
                "cid_shop",
                "ORIGIN",
                "https://shop.example.com",
                "EMAIL",
                "max@example.com",
                "PASSWORD",
                TestRealm.PASSWORD,
                "AUDIENCE",
                "https://api.shop.example.com"));
        assertWell(probe);
        assertThat(probe.output()).contains("session: account token, members");
    }

    @Test
    void the_bootstrap_repairs_what_differs_from_the_file_and_removes_nobody() {
        try (TestRealm other = TestRealm.create()) {
            Map<String, String> environment = administrator(other, "bootstrap");
            Script.run(BOOTSTRAP, environment, "--create-users", EXAMPLE);
            other.clientAttribute("cid_shop", "mint.audiences", "https://api.inbox-manager.com");
            String id = organization(other).get(0).path("id").asText();
            ObjectNode account =
                    (ObjectNode) other.get("/organizations/" + id).expect(200).json();
            account.withObject("/attributes").putArray("mint.display-name").add("Initrode");
            other.put("/organizations/" + id, account).expect(204);
            String jane = other.userId("jane@example.com");
            String john = other.userId("john@example.com");
            other.post("/organizations/" + id + "/members", john).expect(201);
            String groups = "/organizations/" + id + "/groups/";
            other.put(groups + group(other, id, "admin") + "/members/" + jane, "")
                    .expect(204);

            Script.Result result = Script.run(BOOTSTRAP, environment, EXAMPLE);

            assertThat(result.exit()).as(result.output()).isZero();
            assertThat(result.lines())
                    .containsExactly(
                            "change client cid_shop",
                            "change account initech: its name",
                            "no longer admin of account initech: jane@example.com",
                            "3 changes made");
            assertThat(other.client("cid_shop")
                            .path("attributes")
                            .path("mint.audiences")
                            .asText())
                    .isEqualTo("https://api.shop.example.com");
            assertThat(other.get("/organizations/" + id + "/members/" + john).status())
                    .isEqualTo(200);
        }
    }

    /** M8: whoever registered the address first may be anybody. */
    @Test
    void the_bootstrap_takes_no_member_who_is_not_verified() {
        try (TestRealm other = TestRealm.create()) {
            Map<String, String> environment = administrator(other, "bootstrap");
            String peter = other.createUser("peter@initech.example", user -> user.put("emailVerified", false));
            Script.Result refused = Script.run(BOOTSTRAP, environment, "--create-users", EXAMPLE);
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.lines()).hasSize(1);
            assertThat(refused.output()).contains("not verified").contains("peter@initech.example");
            assertThat(organization(other)).isEmpty();
            other.updateUser(peter, user -> user.put("emailVerified", true).put("enabled", false));
            assertThat(Script.run(BOOTSTRAP, environment, "--create-users", EXAMPLE)
                            .exit())
                    .isEqualTo(1);
            Script.Result taken = Script.run(BOOTSTRAP, environment, "--create-users", "--unverified-users", EXAMPLE);
            assertThat(taken.exit()).as(taken.output()).isZero();
            // who is in is let in no further
            assertThat(Script.run(BOOTSTRAP, environment, EXAMPLE).output()).startsWith("nothing to do");
        }
    }

    /** M7: every user of the machine reads command lines. */
    @Test
    void the_bootstrap_passes_no_secret_by_command_line(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("arguments");
        for (String tool : List.of("jq", "curl")) {
            Path wrapper = directory.resolve(tool);
            Files.writeString(
                    wrapper,
                    "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\" >>'" + log + "'\nPATH=${PATH#*:}\nexec " + tool
                            + " \"$@\"\n");
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        }
        try (TestRealm other = TestRealm.create()) {
            Map<String, String> environment = new HashMap<>(administrator(other, "bootstrap"));
            environment.put("PATH", directory + ":" + System.getenv("PATH"));
            Script.Result result = Script.run(BOOTSTRAP, environment, "--create-users", EXAMPLE);
            assertThat(result.exit()).as(result.output()).isZero();
            String arguments = Files.readString(log);
            assertThat(arguments).contains("--arg");
            for (JsonNode client : other.get("/clients?max=1000").expect(200).json()) {
                String secret = client.path("secret").asText();
                assertThat(secret.isEmpty() || !arguments.contains(Secrets.remember(secret)))
                        .as(client.path("clientId").asText())
                        .isTrue();
            }
        }
    }

    @Test
    void a_file_that_makes_no_sense_is_refused_before_the_server_is_asked() {
        Map<String, String> environment = Map.of("BASE_URL", "http://127.0.0.1:1", "REALM", "none", "ADMIN_USER", "a");
        Script.Result result = Script.run(BOOTSTRAP, environment, "pom.xml");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.output()).contains("is not JSON");
        assertThat(Script.run(BOOTSTRAP, environment, "realm-config/demo-realm.json")
                        .exit())
                .isEqualTo(2);
        assertThat(Script.run(BOOTSTRAP, environment, EXAMPLE).exit()).isEqualTo(1);
    }

    private static JsonNode organization() {
        return organization(realm);
    }

    private static JsonNode organization(TestRealm where) {
        return where.get("/organizations?exact=true&search=initech").expect(200).json();
    }

    private static String group(TestRealm where, String account, String name) {
        return where.get("/organizations/" + account + "/groups?max=100")
                .expect(200)
                .json()
                .valueStream()
                .filter(group -> group.path("name").asText().equals(name))
                .map(group -> group.path("id").asText())
                .findFirst()
                .orElseThrow();
    }
}
