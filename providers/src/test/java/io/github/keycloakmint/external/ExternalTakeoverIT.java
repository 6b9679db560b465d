package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose account a foreign token must not lead to, and what its claims must not give (T21, T22). */
@Tag("once")
class ExternalTakeoverIT {

    private static final String CONFLICT = "auth/email-conflict";
    private static final List<String> POLICIES = List.of("link-verified", "link-trusted", "never");

    private static TestRealm realm;
    private static External external;

    @BeforeAll
    static void start() {
        // else every local user's username is his email
        realm = TestRealm.create(representation -> representation.put("registrationEmailAsUsername", false));
        external = new External(realm);
        for (String policy : POLICIES) {
            Project.create(realm, policy, Map.of("linkPolicy", policy));
        }
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String freshEmail() {
        return External.freshId() + "@local.example";
    }

    private static String token(String issuer, Consumer<ObjectNode> changes) {
        return External.sign(External.claims(External.freshId(), claims -> {
            claims.put("iss", issuer);
            changes.accept(claims);
        }));
    }

    private static String about(String issuer, String email, boolean verified) {
        return token(issuer, claims -> claims.put("email", email).put("email_verified", verified));
    }

    private static String local(String email, boolean verified) {
        return realm.createUser(email, user -> user.put("emailVerified", verified));
    }

    private static JsonNode links(String userId) {
        return realm.get("/users/" + userId + "/federated-identity").expect(200).json();
    }

    private static void refusedAndUntouched(String jwt, String userId, String what) {
        ObjectNode before = realm.user(userId);
        Refused.with(external.verify(jwt), 409, CONFLICT, what);
        assertThat(links(userId)).as(what).isEmpty();
        assertThat(realm.user(userId)).as(what).isEqualTo(before);
        assertThat(realm.get("/users/" + userId + "/sessions").json()).isEmpty();
    }

    // ---- linking by email ----

    @ParameterizedTest
    @CsvSource({
        "link-verified,true,true,true",
        "link-verified,true,false,false",
        "link-verified,false,true,false",
        "link-verified,false,false,false",
        "link-trusted,true,true,true",
        "link-trusted,false,true,true",
        "link-trusted,true,false,false",
        "link-trusted,false,false,false",
        "never,true,true,false",
        "never,true,false,false",
        "never,false,true,false",
        "never,false,false,false",
        "demo,true,true,true",
        "demo,false,true,false"
    })
    void an_account_is_linked_when_the_policy_allows_it_and_both_sides_are_verified(
            String issuer, boolean inToken, boolean here, boolean linked) {
        String email = freshEmail();
        String userId = local(email, here);
        String jwt = about(issuer, email, inToken);
        if (linked) {
            JsonNode user = external.signedIn(jwt).path("user");
            assertThat(user.path("id").asText()).isEqualTo(userId);
            assertThat(links(userId)).hasSize(1);
            assertThat(realm.user(userId).path("username").asText()).isEqualTo(email);
        } else {
            refusedAndUntouched(jwt, userId, issuer);
        }
    }

    @Test
    void only_the_boolean_true_beside_the_email_verifies_it() {
        String email = freshEmail();
        String userId = local(email, true);
        for (JsonNode value : Json.parse("[\"true\",1,null,[true],{\"a\":true},\"yes\"]")) {
            refusedAndUntouched(
                    token("demo", claims -> claims.put("email", email).set("email_verified", value)),
                    userId,
                    value.toString());
        }
        refusedAndUntouched(
                token("demo", claims -> claims.putObject("userData")
                        .put("email", email)
                        .put("email_verified", true)
                        .put("emailVerified", true)),
                userId,
                "in userData");
        refusedAndUntouched(
                token("demo", claims -> claims.put("email", email).put("emailVerified", true)), userId, "camel case");
        refusedAndUntouched(
                token("demo", claims -> claims.put("email", "own@foreign.example")
                        .put("email_verified", true)
                        .putObject("userData")
                        .put("email", email)),
                userId,
                "verified another address");
    }

    @Test
    void another_spelling_of_an_address_is_the_same_address() {
        String email = freshEmail();
        String userId = local(email, true);
        for (String spelling : List.of(email.toUpperCase(java.util.Locale.ROOT), " " + email + " ")) {
            refusedAndUntouched(about("never", spelling, true), userId, spelling);
        }
    }

    @Test
    void an_account_is_linked_to_one_user_of_an_issuer() {
        String email = freshEmail();
        String userId = local(email, true);
        external.signedIn(about("link-verified", email, true));
        JsonNode before = links(userId);
        Refused.with(external.verify(about("link-verified", email, true)), 409, CONFLICT);
        assertThat(links(userId)).isEqualTo(before);
    }

    @Test
    void a_disabled_account_is_not_linked() {
        String email = freshEmail();
        String userId = local(email, true);
        realm.updateUser(userId, user -> user.put("enabled", false));
        Refused.with(external.verify(about("link-verified", email, true)), 403, "auth/user-disabled");
        assertThat(links(userId)).isEmpty();
    }

    @Test
    void a_service_account_is_never_linked() {
        String email = freshEmail();
        realm.createClient(Json.object("clientId", "robot", "serviceAccountsEnabled", true));
        String userId = realm.serviceAccountId("robot");
        realm.updateUser(userId, user -> user.put("email", email).put("emailVerified", true));
        for (String policy : POLICIES) {
            refusedAndUntouched(about(policy, email, true), userId, policy);
        }
    }

    @Test
    void an_admin_is_never_linked_however_he_came_to_be_one() {
        String direct = freshEmail();
        String directId = local(direct, true);
        realm.assignClientRole(directId, "realm-management", "view-users");
        String byGroup = freshEmail();
        String byGroupId = local(byGroup, true);
        String group = created(realm.post("/groups", Json.object("name", "bosses")));
        JsonNode role = realm.get("/clients/" + realm.clientUuid("realm-management") + "/roles/manage-users")
                .expect(200)
                .json();
        realm.post("/groups/" + group + "/role-mappings/clients/" + realm.clientUuid("realm-management"), List.of(role))
                .expect(204);
        realm.put("/users/" + byGroupId + "/groups/" + group, Json.object()).expect(204);
        String byComposite = freshEmail();
        String byCompositeId = local(byComposite, true);
        realm.post("/roles", Json.object("name", "harmless")).expect(201);
        realm.post("/roles/harmless/composites", List.of(role)).expect(204);
        realm.assignRealmRole(byCompositeId, "harmless");
        for (String policy : POLICIES) {
            refusedAndUntouched(about(policy, direct, true), directId, "direct, " + policy);
            refusedAndUntouched(about(policy, byGroup, true), byGroupId, "by group, " + policy);
            refusedAndUntouched(about(policy, byComposite, true), byCompositeId, "by composite, " + policy);
        }
    }

    private static String created(Answer answer) {
        String location = answer.expect(201).header("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Test
    void a_user_who_exists_gets_no_email_of_somebody_else() {
        String email = freshEmail();
        String userId = local(email, true);
        for (String policy : POLICIES) {
            String id = External.freshId();
            String own = External.sign(External.claims(id, claims -> claims.put("iss", policy)));
            JsonNode before = external.signedIn(own).path("user");
            refusedAndUntouched(
                    External.sign(External.claims(id, claims -> claims.put("iss", policy)
                            .put("email", email)
                            .put("email_verified", true))),
                    userId,
                    policy);
            assertThat(external.signedIn(own).path("user")).isEqualTo(before);
        }
    }

    /** He would sign in under it, and his password would not do any more. */
    @Test
    void nobody_gets_an_email_that_is_a_local_users_username() {
        String name = freshEmail();
        realm.createUser(freshEmail(), user -> user.put("username", name));
        Refused.with(external.verify(about("link-trusted", name, true)), 409, CONFLICT);
        String id = External.freshId();
        external.signedIn(External.sign(External.claims(id)));
        Refused.with(
                external.verify(External.sign(External.claims(id, claims -> claims.put("email", name)))),
                409,
                CONFLICT);
    }

    @Test
    void a_new_email_is_unverified_unless_the_issuer_is_trusted_with_emails() {
        String id = External.freshId();
        String email = freshEmail();
        String jwt = External.sign(
                External.claims(id, claims -> claims.put("email", email).put("email_verified", true)));
        String userId = external.signedIn(jwt).path("user").path("id").asText();
        assertThat(realm.user(userId).path("emailVerified").booleanValue()).isFalse();
        realm.updateUser(userId, user -> user.put("emailVerified", true));
        external.signedIn(jwt);
        assertThat(realm.user(userId).path("emailVerified").booleanValue()).isTrue();
        external.signedIn(External.sign(
                External.claims(id, claims -> claims.put("email", freshEmail()).put("email_verified", true))));
        assertThat(realm.user(userId).path("emailVerified").booleanValue()).isFalse();
    }

    // ---- T21 ----

    @Test
    void T21_a_user_whose_link_is_gone_does_not_sign_in() {
        String id = External.freshId();
        String jwt = External.sign(External.claims(id));
        String userId = external.signedIn(jwt).path("user").path("id").asText();
        realm.delete("/users/" + userId + "/federated-identity/external-project")
                .expect(204);
        Refused.with(external.verify(jwt), 409, "auth/conflict");
        assertThat(links(userId)).isEmpty();
        realm.post(
                        "/users/" + userId + "/federated-identity/external-project",
                        Json.object("identityProvider", "external-project", "userId", id + "x", "userName", "x"))
                .expect(204);
        Refused.with(external.verify(jwt), 409, "auth/conflict");
    }

    @Test
    void T21_two_issuers_users_of_one_foreign_id_are_two_and_so_are_spellings() {
        String id = External.freshId();
        List<String> ids = new ArrayList<>();
        for (String issuer : List.of("demo", "never")) {
            for (String spelling : List.of(id, id.toUpperCase(java.util.Locale.ROOT), id + ".")) {
                ids.add(external.signedIn(External.sign(External.claims(spelling, claims -> claims.put("iss", issuer))))
                        .path("user")
                        .path("id")
                        .asText());
            }
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    /** The foreign id of another user here, as if it were one. */
    @Test
    void T21_a_local_users_id_or_username_as_foreign_id_leads_to_nobody() {
        String jane = realm.userId("jane@example.com");
        for (String sub : List.of(jane, "jane@example.com", "service-account-tribe-upstream")) {
            JsonNode user =
                    external.signedIn(External.sign(External.claims(sub))).path("user");
            assertThat(user.path("id").asText()).isNotEqualTo(jane);
        }
        assertThat(links(jane)).isEmpty();
    }

    // ---- usernames ----

    @ParameterizedTest
    @ValueSource(strings = {"jane@example.com", "somebody@foreign.example", "@"})
    void a_username_with_an_at_must_be_the_users_own_verified_email(String name) {
        Answer answer = external.verify(
                token("demo", claims -> claims.putObject("userData").put("username", name)));
        Refused.with(answer, 400, "auth/validation-failed");
        assertThat(answer.json().path("error").asText()).startsWith("`username` ");
        String own = freshEmail();
        Refused.with(
                external.verify(token("demo", claims -> claims.put("email", own)
                        .put("email_verified", true)
                        .putObject("userData")
                        .put("username", own))),
                400,
                "auth/validation-failed");
    }

    @Test
    void an_issuer_trusted_with_emails_may_name_users_by_them() {
        Project.create(realm, "trusted", Map.of());
        Project.update(realm, "trusted", provider -> provider.put("trustEmail", true));
        String email = freshEmail();
        JsonNode user = external.signedIn(token("trusted", claims -> claims.put("email", email)
                        .put("email_verified", true)
                        .putObject("userData")
                        .put("username", email)))
                .path("user");
        assertThat(user.path("username").asText()).isEqualTo(email);
        assertThat(realm.user(user.path("id").asText()).path("emailVerified").booleanValue())
                .isTrue();
        Refused.with(
                external.verify(token("trusted", claims -> claims.put("email", freshEmail())
                        .put("email_verified", true)
                        .putObject("userData")
                        .put("username", email))),
                400,
                "auth/validation-failed");
    }

    @Test
    void a_username_of_somebody_else_is_409() {
        String localName = External.freshId();
        realm.createUser(freshEmail(), user -> user.put("username", localName));
        for (String name : List.of(localName, localName.toUpperCase(java.util.Locale.ROOT))) {
            Refused.with(
                    external.verify(
                            token("demo", claims -> claims.putObject("userData").put("username", name))),
                    409,
                    "auth/conflict",
                    name);
        }
        String foreignName = External.freshId();
        external.signedIn(token("demo", claims -> claims.putObject("userData").put("username", foreignName)));
        Refused.with(
                external.verify(
                        token("never", claims -> claims.putObject("userData").put("username", foreignName))),
                409,
                "auth/conflict");
    }

    // ---- claims ----

    @Test
    void claims_alone_give_nothing() {
        JsonNode roles = Json.parse("[\"admin\",\"premium\",\"realm-admin\",\"offline_access\"]");
        String jwt = token("demo", claims -> {
            for (ObjectNode object : List.of(claims, claims.putObject("userData"))) {
                object.set("roles", roles);
                object.set("realmRoles", roles);
                object.set("groups", Json.parse("[\"/owner\",\"admin\"]"));
                object.set("realm_access", Json.object("roles", roles));
                object.set("resource_access", Json.object("realm-management", Json.object("roles", roles)));
                object.set("clientRoles", Json.object("realm-management", roles));
                object.set("organization", Json.object("acme", Json.object()));
                object.set("requiredActions", Json.parse("[\"UPDATE_PASSWORD\"]"));
                object.set("attributes", Json.object("legacyId", "1", "reputation", "9"));
                object.set("suspensions", Json.parse("[{\"reason\":\"x\",\"startDate\":\"2020-01-01\"}]"));
                object.put("emailVerified", true).put("email_verified", true).put("enabled", true);
                object.put("legacyId", "1").put("reputation", 1_000_000);
                object.put("role", "admin").put("scope", "openid offline_access roles");
                object.put("createdAt", "1970-01-01T00:00:00.000Z").put("profileUpdatedAt", "0");
                object.put("federationLink", "x").put("serviceAccountClientId", "robot");
            }
            claims.put("email", External.freshId() + "@foreign.example");
        });
        JsonNode answer = external.signedIn(jwt);
        String userId = answer.path("user").path("id").asText();
        JsonNode user = realm.user(userId);
        assertThat(user.path("emailVerified").booleanValue()).isFalse();
        assertThat(user.path("requiredActions")).isEmpty();
        assertThat(user.path("attributes").fieldNames())
                .toIterable()
                .doesNotContain("legacyId", "reputation", "suspensions", "roles", "role");
        assertThat(answer.path("user").path("reputation").intValue()).isZero();
        assertThat(answer.path("user").path("suspensions")).isEmpty();
        assertThat(realm.get("/users/" + userId + "/groups").expect(200).json()).isEmpty();
        JsonNode mappings =
                realm.get("/users/" + userId + "/role-mappings").expect(200).json();
        assertThat(mappings.has("clientMappings")).isFalse();
        assertThat(mappings.path("realmMappings").findValuesAsText("name"))
                .containsExactly("default-roles-" + realm.name());
        assertThat(realm.get("/organizations/members/" + userId + "/organizations")
                        .expect(200)
                        .json())
                .isEmpty();
        JsonNode token = io.github.keycloakmint.testbed.Jwt.payload(
                answer.path("accessToken").asText());
        assertThat(token.fieldNames())
                .toIterable()
                .doesNotContain(
                        "realm_access", "resource_access", "groups", "organization", "team_id", "role", "roles");
        assertThat(token.path("scope").asText()).isEqualTo("openid");
        assertThat(token.path("acr").asText()).isIn("0", "");
    }

    // ---- Google ----

    private static Answer google(String email, Consumer<ObjectNode> changes) {
        ObjectNode claims = External.claims(External.freshId(), token -> {
            token.put("iss", "https://accounts.google.com").put("aud", "demo-google-client");
            token.put("email", email).put("email_verified", true);
            changes.accept(token);
        });
        return external.post("google")
                .json(Json.object(
                        "id_token", External.sign(claims, "SOCIAL", header -> {}), "client_id", "cid_inbox_manager"))
                .send();
    }

    @Test
    void T22_google_speaks_for_its_own_addresses_alone() {
        String own = freshEmail();
        String ownId = local(own, true);
        Refused.plainly(google(own, claims -> {}), 409, "conflict");
        Refused.plainly(google(own, claims -> claims.put("hd", "")), 409, "conflict");
        Refused.plainly(google(own, claims -> claims.put("hd", " ")), 409, "conflict");
        Refused.plainly(google(own, claims -> claims.put("hd", 1)), 409, "conflict");
        Refused.plainly(google(own, claims -> claims.put("hd", true)), 409, "conflict");
        Refused.plainly(
                google(own, claims -> claims.put("hd", "local.example").put("email_verified", false)), 409, "conflict");
        assertThat(links(ownId)).isEmpty();
        assertThat(google(own, claims -> claims.put("hd", "local.example"))
                        .expect(200)
                        .json()
                        .path("profile")
                        .path("id")
                        .asText())
                .isEqualTo(ownId);
        String alike = External.freshId() + "@gmail.com.local.example";
        local(alike, true);
        Refused.plainly(google(alike, claims -> {}), 409, "conflict");
        String gmail = External.freshId() + "@gmail.com";
        String gmailId = local(gmail, true);
        assertThat(google(gmail, claims -> {})
                        .expect(200)
                        .json()
                        .path("profile")
                        .path("id")
                        .asText())
                .isEqualTo(gmailId);
    }
}
