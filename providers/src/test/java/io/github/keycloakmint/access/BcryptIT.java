package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCrypt;

/** Users who come with a bcrypt hash of another system. */
@Tag("once")
class BcryptIT {

    private static final String CLIENT = "cid_inbox_manager";
    private static final String PASSWORD = "an-older-password";

    private static TestRealm realm;

    @BeforeAll
    static void create() {
        realm = TestRealm.create();
    }

    @AfterAll
    static void close() {
        realm.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$2a", "$2b", "$2y"})
    void the_user_signs_in_and_keycloak_hashes_anew(String version) {
        String id = importUser(version.substring(1) + "@example.com", hash(version, 10));
        assertThat(algorithm(id)).isEqualTo("bcrypt");

        assertThat(signIn(version.substring(1) + "@example.com", "wrong").status())
                .isEqualTo(400);
        assertThat(algorithm(id)).isEqualTo("bcrypt");

        signIn(version.substring(1) + "@example.com", PASSWORD).expect(200);
        Poll.untilTrue("a new hash", Duration.ofSeconds(10), () -> algorithm(id).equals("argon2"));
        signIn(version.substring(1) + "@example.com", PASSWORD).expect(200);
    }

    @Test
    void signing_in_with_an_imported_hash_ends_no_other_session() {
        importUser("two-tabs@example.com", hash("$2b", 10));
        JsonNode first = signIn("two-tabs@example.com", PASSWORD).expect(200).json();
        signIn("two-tabs@example.com", PASSWORD).expect(200);
        assertThat(realm.userinfo(first.path("access_token").asText()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "5f4dcc3b5aa765d61d8327deb882cf99",
                ""
            })
    void another_cost_or_form_is_refused_at_import(String hash) {
        Answer answer = realm.post("/users", user("refused@example.com", hash));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(realm.get("/users?exact=true&email=refused@example.com").json())
                .isEmpty();
    }

    @Test
    void a_partial_import_brings_users_as_well() {
        ObjectNode users = Json.object("ifResourceExists", "FAIL");
        users.set("users", Json.MAPPER.valueToTree(List.of(user("partial@example.com", hash("$2y", 12)))));
        realm.post("/partialImport", users).expect(200);
        signIn("partial@example.com", PASSWORD).expect(200);
    }

    @Test
    void a_realm_import_brings_users_as_well() {
        try (TestRealm imported = TestRealm.create(representation ->
                representation.withArray("/users").add(user("imported@example.com", hash("$2a", 11))))) {
            imported.passwordToken(CLIENT, "imported@example.com", PASSWORD);
        }
    }

    @Test
    void more_than_72_bytes_do_not_verify() {
        String long72 = "x".repeat(72);
        importUser("long@example.com", BCrypt.hashpw(long72, BCrypt.gensalt("$2b", 10)));
        assertThat(signIn("long@example.com", long72 + "y").status()).isEqualTo(400);
        assertThat(signIn("long@example.com", long72).status()).isEqualTo(200);
    }

    @Test
    void nobody_is_hashed_with_bcrypt() {
        String id = realm.createUser("fresh@example.com", user -> {});
        assertThat(algorithm(id)).isEqualTo("argon2");
    }

    @Test
    void a_realm_can_not_choose_it_as_its_algorithm() {
        ObjectNode representation = realm.representation();
        representation.put("passwordPolicy", "length(8) and hashAlgorithm(bcrypt)");
        Answer answer = realm.put("", representation);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(realm.representation().path("passwordPolicy").asText()).isEqualTo("length(8)");

        representation.put("passwordPolicy", "length(8) and hashAlgorithm(pbkdf2-sha512)");
        realm.put("", representation).expect(204);
        representation.put("passwordPolicy", "length(8)");
        realm.put("", representation).expect(204);
    }

    private static Answer signIn(String email, String password) {
        return realm.token(
                CLIENT, Map.of("grant_type", "password", "username", email, "password", password, "scope", "openid"));
    }

    private static String importUser(String email, String hash) {
        String location = realm.post("/users", user(email, hash))
                .expect(201)
                .header("Location")
                .orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String algorithm(String userId) {
        JsonNode password = realm.get("/users/" + userId + "/credentials")
                .expect(200)
                .json()
                .get(0);
        return Json.parse(password.path("credentialData").asText())
                .path("algorithm")
                .asText();
    }

    private static String hash(String version, int cost) {
        return BCrypt.hashpw(PASSWORD, BCrypt.gensalt(version, cost));
    }

    private static ObjectNode user(String email, String hash) {
        ObjectNode user = Json.object("username", email, "email", email, "emailVerified", true, "enabled", true);
        user.set(
                "credentials",
                Json.MAPPER.valueToTree(List.of(Map.of(
                        "type",
                        "password",
                        "credentialData",
                        Json.text(Map.of("algorithm", "bcrypt", "hashIterations", 10)),
                        "secretData",
                        Json.text(Map.of("value", hash, "salt", ""))))));
        return user;
    }
}
