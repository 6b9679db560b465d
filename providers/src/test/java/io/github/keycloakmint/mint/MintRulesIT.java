package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.AuditLog;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Threat rules T8 and T13 to T19, a test or more each. A realm per test, since most of them bend the realm. */
@Tag("once")
class MintRulesIT {

    private TestRealm realm;
    private Mint mint;

    @BeforeEach
    void start() {
        realm = TestRealm.create();
        mint = new Mint(realm);
    }

    @AfterEach
    void stop() {
        realm.close();
    }

    private void refused(String email) {
        Answer answer = mint.mint(email);
        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo(Mint.NO_SUCH_USER);
    }

    private void unauthorized() {
        assertThat(mint.mint("jane@example.com").body()).isEqualTo(Mint.UNAUTHORIZED);
    }

    // ---- the one 404 ----

    @Test
    void every_reason_gives_the_same_bytes_and_the_log_alone_knows_which() {
        String verified = realm.createUser("unverified@example.com", user -> user.put("emailVerified", false));
        assertThat(verified).isNotEmpty();
        String boss = realm.createUser("boss@example.com", user -> {});
        realm.assignClientRole(boss, "realm-management", "view-realm");
        realm.createUser("actions@example.com", user -> user.withArray("/requiredActions")
                .add("UPDATE_PASSWORD"));
        realm.updateUser(realm.serviceAccountId("introspector"), user -> user.put("email", "robot@example.com")
                .put("emailVerified", true));
        realm.clientAttribute("tribe-upstream", "mint.denied-roles", "free");
        Map<String, Consumer<ObjectNode>> asked = new HashMap<>();
        asked.put("unknown_email", body -> body.put("email", "nobody@example.com"));
        asked.put("unverified_email", body -> body.put("email", "unverified@example.com"));
        asked.put("other_platform", body -> body.put("platformId", 987_654_321));
        asked.put("user_disabled", body -> body.put("email", "off@example.com"));
        asked.put("service_account", body -> body.put("email", "robot@example.com"));
        asked.put("role_policy", body -> body.put("email", "max@example.com"));
        asked.put("administrator", body -> body.put("email", "boss@example.com"));
        asked.put("required_actions", body -> body.put("email", "actions@example.com"));
        AuditLog log = new AuditLog(realm.server());
        asked.forEach((cause, change) -> {
            Answer answer = mint.mint("jane@example.com", change);
            assertThat(answer.status()).as(cause).isEqualTo(404);
            assertThat(answer.body()).as(cause).isEqualTo(Mint.NO_SUCH_USER);
            assertThat(headers(answer)).as(cause).isEqualTo(headers(mint.mint("nobody-else@example.com")));
            log.await(line -> line.path("realm").asText().equals(realm.name())
                    && line.path("cause").asText().equals(cause));
        });
    }

    private static Map<String, List<String>> headers(Answer answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers());
        headers.remove("date");
        return headers;
    }

    @Test
    void two_users_with_one_email_are_nobody() {
        realm.updateRealm(settings -> settings.put("duplicateEmailsAllowed", true)
                .put("loginWithEmailAllowed", false)
                .put("registrationEmailAsUsername", false));
        realm.createUser("twin@example.com", user -> user.put("username", "twin-1"));
        mint.mint("twin@example.com").expect(200);
        realm.createUser("twin@example.com", user -> user.put("username", "twin-2"));
        refused("twin@example.com");
        mint.mint("jane@example.com").expect(200);
    }

    @Test
    void two_users_with_one_email_from_a_time_when_that_was_allowed_are_nobody() {
        realm.updateRealm(settings -> settings.put("duplicateEmailsAllowed", true)
                .put("loginWithEmailAllowed", false)
                .put("registrationEmailAsUsername", false));
        realm.createUser("twin@example.com", user -> user.put("username", "twin-1"));
        realm.createUser("twin@example.com", user -> user.put("username", "twin-2"));
        realm.updateRealm(settings -> settings.put("duplicateEmailsAllowed", false));
        refused("twin@example.com");
    }

    // ---- T8, T13: who may mint ----

    @Test
    void T8_a_client_that_did_not_opt_in_is_an_unknown_client() {
        realm.clientAttribute("tribe-upstream", "mint.capabilities", "something-else");
        unauthorized();
    }

    @Test
    void T8_keycloaks_own_clients_never_mint() {
        callerNamed("ordinary");
        mint.mint("jane@example.com").expect(200);
        // what the master realm calls the clients that administrate other realms
        callerNamed("demo-realm");
        unauthorized();
    }

    private void callerNamed(String clientId) {
        ObjectNode client = Json.object(
                "clientId",
                clientId,
                "publicClient",
                false,
                "serviceAccountsEnabled",
                true,
                "fullScopeAllowed",
                false,
                "defaultClientScopes",
                List.of("basic"),
                "optionalClientScopes",
                List.of());
        client.withObject("/attributes")
                .put("mint.capabilities", "token-for-email")
                .put("access.token.signed.response.alg", "HS256");
        realm.createClient(client);
        realm.assignClientRole(realm.serviceAccountId(clientId), "keycloak-mint", "mint-tokens");
        realm.realmAttribute("mint.shared-secret-client", clientId);
    }

    @Test
    void T13_attributes_alone_give_no_right_to_mint() {
        realm.removeClientRole(realm.serviceAccountId("tribe-upstream"), "keycloak-mint", "mint-tokens");
        unauthorized();
    }

    @Test
    void T13_the_right_by_a_composite_role_does_not_count() {
        String account = realm.serviceAccountId("tribe-upstream");
        realm.removeClientRole(account, "keycloak-mint", "mint-tokens");
        realm.post("/roles", Json.object("name", "sneaky")).expect(201);
        JsonNode role = realm.get("/clients/" + realm.clientUuid("keycloak-mint") + "/roles/mint-tokens")
                .expect(200)
                .json();
        realm.post("/roles/sneaky/composites", List.of(role)).expect(204);
        realm.assignRealmRole(account, "sneaky");
        unauthorized();
    }

    @Test
    void T13_a_registration_request_that_sets_an_attribute_of_the_bundle_is_refused() {
        String initial = realm.post("/clients-initial-access", Json.object("count", 5, "expiration", 60))
                .expect(200, 201)
                .json()
                .path("token")
                .asText();
        ObjectNode client = Json.object("clientId", "self-made");
        client.withObject("/attributes").put("mint.capabilities", "token-for-email");
        Answer refused = Http.post(realm.url("/clients-registrations/default"))
                .bearer(initial)
                .json(client)
                .send();
        assertThat(refused.status()).as(refused.body()).isEqualTo(400);
        client.remove("attributes");
        JsonNode made = Http.post(realm.url("/clients-registrations/default"))
                .bearer(initial)
                .json(client)
                .send()
                .expect(201)
                .json();
        ObjectNode update = made.deepCopy();
        update.withObject("/attributes").put("mint.max-lifetime", "1");
        Answer updated = Http.put(realm.url("/clients-registrations/default/self-made"))
                .bearer(made.path("registrationAccessToken").asText())
                .json(update)
                .send();
        assertThat(updated.status()).as(updated.body()).isEqualTo(400);
        assertThat(realm.client("self-made").path("attributes").has("mint.max-lifetime"))
                .isFalse();
    }

    /** Who knows a client's id and nothing else learns nothing of its attributes by trying. */
    @Test
    void T13_registration_is_no_oracle_for_attributes() {
        for (String value : List.of("3600", "3601")) {
            ObjectNode client = Json.object("clientId", "billing-service");
            client.withObject("/attributes").put("mint.max-lifetime", value);
            assertThat(Http.put(realm.url("/clients-registrations/default/billing-service"))
                            .json(client)
                            .send()
                            .status())
                    .as(value)
                    .isEqualTo(401);
        }
    }

    /** A mapper on the caller's client changes claims, not whom the token is for. */
    @Test
    void T13_no_mapper_decides_whom_a_token_is_for() {
        String ada = realm.userId("ada@example.com");
        Map<String, String> claims = Map.of(
                "sub",
                ada,
                "azp",
                "security-admin-console",
                "preferred_username",
                "ada@example.com",
                "id",
                "x",
                "act",
                "x",
                "acr",
                "5",
                "extra",
                "kept");
        realm.updateClient(
                "tribe-upstream",
                client -> claims.forEach((name, value) -> client.withArray("/protocolMappers")
                        .add(Json.parse("{\"name\":\"m-" + name
                                + "\",\"protocol\":\"openid-connect\",\"protocolMapper\":"
                                + "\"oidc-hardcoded-claim-mapper\",\"config\":{\"claim.name\":\""
                                + name
                                + "\",\"claim.value\":\"" + value
                                + "\",\"jsonType.label\":\"String\",\"access.token.claim\":\"true\","
                                + "\"userinfo.token.claim\":\"false\",\"introspection.token.claim\":\"true\"}}"))));
        String token = mint.token("max@example.com");
        String max = realm.userId("max@example.com");
        JsonNode introspected =
                realm.introspect("introspector", token).expect(200).json();
        for (JsonNode seen : List.of(io.github.keycloakmint.testbed.Jwt.payload(token), introspected)) {
            assertThat(seen.path("sub").asText()).isEqualTo(max);
            assertThat(seen.path("id").asText()).isEqualTo(max);
            assertThat(seen.path("azp").asText()).isEqualTo("tribe-upstream");
            assertThat(seen.path("act").path("client_id").asText()).isEqualTo("tribe-upstream");
            assertThat(seen.path("acr").asText()).isEqualTo("0");
            assertThat(seen.has("preferred_username")).isFalse();
            assertThat(seen.path("extra").asText()).isEqualTo("kept");
        }
        assertThat(realm.userinfo(token).expect(200).json().path("sub").asText())
                .isEqualTo(max);
    }

    /** T6: the stock scope would put the name into the token. */
    @Test
    void T6_no_scope_brings_the_username_back() {
        String profile = realm.get("/client-scopes").expect(200).json().findParents("name").stream()
                .filter(scope -> scope.path("name").asText().equals("profile"))
                .findFirst()
                .orElseThrow()
                .path("id")
                .asText();
        realm.put("/clients/" + realm.clientUuid("tribe-upstream") + "/default-client-scopes/" + profile, Map.of())
                .expect(204);
        String token = mint.token("jane@example.com");
        assertThat(io.github.keycloakmint.testbed.Jwt.payload(token).has("preferred_username"))
                .isFalse();
    }

    @Test
    void T13_minting_for_administrators_needs_the_servers_option_too() {
        realm.clientAttribute("tribe-upstream", "mint.allow-admins", "true");
        String boss = realm.createUser("boss@example.com", user -> {});
        realm.assignClientRole(boss, "realm-management", "view-realm");
        refused("boss@example.com");
    }

    @Test
    void a_disabled_caller_or_service_account_mints_nothing() {
        realm.updateUser(realm.serviceAccountId("tribe-upstream"), user -> user.put("enabled", false));
        unauthorized();
        realm.updateUser(realm.serviceAccountId("tribe-upstream"), user -> user.put("enabled", true));
        mint.mint("jane@example.com").expect(200);
        realm.updateClient("tribe-upstream", client -> client.put("enabled", false));
        unauthorized();
    }

    @Test
    void a_bad_attribute_closes_the_door_instead_of_widening_it() {
        for (String attribute : List.of(
                "mint.max-lifetime",
                "mint.allowed-ips",
                "mint.require-reason",
                "mint.allowed-roles",
                "mint.denied-roles")) {
            realm.clientAttribute("tribe-upstream", attribute, "nonsense");
            unauthorized();
            realm.clientAttribute("tribe-upstream", attribute, null);
        }
        for (String attribute :
                List.of("mint.allowed-ips", "mint.allowed-roles", "mint.audiences", "mint.capabilities")) {
            realm.clientAttribute("tribe-upstream", attribute, " , ");
            unauthorized();
            realm.clientAttribute(
                    "tribe-upstream", attribute, attribute.equals("mint.capabilities") ? "token-for-email" : null);
        }
        for (String algorithm : List.of("none", "HS512")) {
            realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", algorithm);
            unauthorized();
        }
        realm.clientAttribute("tribe-upstream", "access.token.signed.response.alg", "HS256");
        mint.mint("jane@example.com").expect(200);
    }

    // ---- T14 ----

    @Test
    void T14_a_client_with_a_weak_secret_mints_nothing() {
        realm.updateClient("billing-service", client -> client.put("secret", "short-but-correct"));
        Answer answer = Http.post(mint.uri())
                .basic("billing-service", "short-but-correct")
                .json(mint.body("jane@example.com").put("reason", "x"))
                .send();
        assertThat(answer.body()).isEqualTo(Mint.UNAUTHORIZED);
    }

    @Test
    void T14_a_weak_secret_is_weak_in_a_client_assertion_too() throws Exception {
        String weak = "weak-but-correct";
        realm.updateClient("billing-service", client -> client.put("clientAuthenticatorType", "client-secret-jwt")
                .put("secret", weak));
        assertThat(asserted(weak).body()).isEqualTo(Mint.UNAUTHORIZED);
        String strong = io.github.keycloakmint.testbed.Random.secret();
        realm.updateClient("billing-service", client -> client.put("secret", strong));
        assertThat(asserted(strong).status()).isEqualTo(200);
    }

    private Answer asserted(String secret) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .issuer("billing-service")
                        .subject("billing-service")
                        .audience(realm.url("").toString())
                        .jwtID(java.util.UUID.randomUUID().toString())
                        .issueTime(new java.util.Date())
                        .expirationTime(
                                java.util.Date.from(java.time.Instant.now().plusSeconds(60)))
                        .build());
        // the library refuses short keys, which is the point here
        jwt.sign(new MACSigner(
                java.util.Arrays.copyOf(secret.getBytes(StandardCharsets.UTF_8), Math.max(32, secret.length()))));
        return Http.post(mint.uri())
                .json(mint.body("jane@example.com")
                        .put("reason", "x")
                        .put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                        .put("client_assertion", jwt.serialize()))
                .send();
    }

    // ---- T15 ----

    @Test
    void T15_administrators_by_group_composite_or_default_role_are_refused() {
        JsonNode viewRealm = realm.get("/clients/" + realm.clientUuid("realm-management") + "/roles/view-realm")
                .expect(200)
                .json();
        String group = location(realm.post("/groups", Json.object("name", "staff")));
        realm.post(
                        "/groups/" + group + "/role-mappings/clients/" + realm.clientUuid("realm-management"),
                        List.of(viewRealm))
                .expect(204);
        String child = location(realm.post("/groups/" + group + "/children", Json.object("name", "night-shift")));
        String byGroup = realm.createUser("group@example.com", user -> {});
        realm.put("/users/" + byGroup + "/groups/" + child, Map.of()).expect(204);
        refused("group@example.com");

        realm.post("/roles", Json.object("name", "support")).expect(201);
        realm.post("/roles/support/composites", List.of(viewRealm)).expect(204);
        realm.assignRealmRole(realm.createUser("composite@example.com", user -> {}), "support");
        refused("composite@example.com");

        mint.mint("jane@example.com").expect(200);
        realm.post("/roles/default-roles-" + realm.name() + "/composites", List.of(viewRealm))
                .expect(204);
        refused("jane@example.com");
    }

    @Test
    void T15_an_administrator_by_organization_group_is_refused() {
        JsonNode viewRealm = realm.get("/clients/" + realm.clientUuid("realm-management") + "/roles/view-realm")
                .expect(200)
                .json();
        JsonNode acme = null;
        for (JsonNode organization : realm.get("/organizations").expect(200).json()) {
            acme = organization.path("alias").asText().equals("acme") ? organization : acme;
        }
        String groups = "/organizations/" + acme.path("id").asText() + "/groups";
        mint.mint("jane@example.com").expect(200);
        for (JsonNode group : realm.get(groups).expect(200).json()) {
            if (group.path("name").asText().equals("owner")) {
                realm.post(
                                groups + "/" + group.path("id").asText() + "/role-mappings/clients/"
                                        + realm.clientUuid("realm-management"),
                                List.of(viewRealm))
                        .expect(204);
            }
        }
        refused("jane@example.com");
        mint.mint("john@example.com").expect(200);
    }

    @Test
    void T15_an_administrator_by_admin_permissions_policy_is_refused() {
        realm.updateRealm(settings -> settings.put("adminPermissionsEnabled", true));
        String helper = realm.createUser("helper@example.com", user -> {});
        mint.mint("helper@example.com").expect(200);
        String permissions = "/clients/" + realm.clientUuid("admin-permissions") + "/authz/resource-server/policy/user";
        realm.post(permissions, Json.object("name", "helpers", "users", List.of(helper)))
                .expect(201);
        refused("helper@example.com");
        mint.mint("jane@example.com").expect(200);
        // a negative policy gives everybody but those whom it names
        realm.post(permissions, Json.object("name", "all-but", "users", List.of(helper), "logic", "NEGATIVE"))
                .expect(201);
        refused("jane@example.com");
    }

    private static String location(Answer answer) {
        String location = answer.expect(201).header("location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    // ---- T16 ----

    @Test
    void T16_a_platform_id_that_two_claim_belongs_to_neither() {
        mint.mint("jane@example.com").expect(200);
        try (TestRealm rival = TestRealm.create()) {
            rival.realmAttribute("mint.platform-id", Integer.toString(realm.platformId()));
            Poll.untilTrue(
                    "the duplicate is seen",
                    Duration.ofSeconds(15),
                    () -> mint.mint("jane@example.com").status() == 404);
            Answer atRival = Http.post(rival.url("/api/auth/token-for-email"))
                    .header(Mint.SECRET_HEADER, realm.server().secrets().current())
                    .json(mint.body("jane@example.com"))
                    .send();
            assertThat(atRival.status()).isEqualTo(404);
            assertThat(realm.server().log()).contains("Platform id " + realm.platformId() + " is claimed 2 times");
        }
        Poll.untilTrue(
                "the claim is the only one again",
                Duration.ofSeconds(15),
                () -> mint.mint("jane@example.com").status() == 200);
    }

    @Test
    void T16_a_withdrawn_claim_stops_at_once() {
        mint.mint("jane@example.com").expect(200);
        int id = realm.platformId();
        realm.realmAttribute("mint.platform-id", Integer.toString(id + 1));
        refused("jane@example.com");
    }

    @Test
    void T16_an_id_has_one_spelling() {
        realm.realmAttribute("mint.platform-id", "+" + realm.platformId());
        Poll.untilTrue(
                "the claim is gone",
                Duration.ofSeconds(15),
                () -> mint.mint("jane@example.com").status() == 404);
    }

    @Test
    void T16_another_realms_platform_is_unknown_here() {
        try (TestRealm other = TestRealm.create()) {
            Answer answer = mint.mint("jane@example.com", body -> body.put("platformId", other.platformId()));
            assertThat(answer.body()).isEqualTo(Mint.NO_SUCH_USER);
        }
    }

    // ---- T17 ----

    @Test
    void T17_an_unverified_email_needs_a_waiver() {
        realm.createUser("unverified@example.com", user -> user.put("emailVerified", false));
        refused("unverified@example.com");
        realm.clientAttribute("tribe-upstream", "mint.waive-email-verified", "true");
        mint.mint("unverified@example.com").expect(200);
    }

    @Test
    void T17_a_username_is_no_email() {
        realm.updateRealm(settings -> settings.put("registrationEmailAsUsername", false));
        realm.createUser("real@example.com", user -> user.put("username", "alias@example.com"));
        refused("alias@example.com");
        mint.mint("real@example.com").expect(200);
    }

    // ---- T18 ----

    @Test
    void T18_the_legacy_id_is_the_id_and_an_integer_stays_one() {
        realm.updateUser(
                realm.userId("jane@example.com"),
                user -> user.withObject("/attributes").withArray("legacyId").add("1234"));
        realm.updateUser(
                realm.userId("john@example.com"),
                user -> user.withObject("/attributes").withArray("legacyId").add("u-77"));
        realm.realmAttribute("mint.legacy-id-attribute", "legacyId");
        JsonNode jane = mint.mint("jane@example.com").expect(200).json();
        assertThat(jane.path("user").path("id").isIntegralNumber()).isTrue();
        assertThat(jane.path("user").path("id").asInt()).isEqualTo(1234);
        JsonNode claims = io.github.keycloakmint.testbed.Jwt.payload(
                jane.path("accessToken").asText());
        assertThat(claims.path("id").isIntegralNumber()).isTrue();
        assertThat(claims.path("sub").asText()).isEqualTo(realm.userId("jane@example.com"));
        assertThat(realm.introspect("introspector", jane.path("accessToken").asText())
                        .json()
                        .path("id")
                        .asInt())
                .isEqualTo(1234);
        assertThat(mint.mint("john@example.com")
                        .expect(200)
                        .json()
                        .path("user")
                        .path("id")
                        .asText())
                .isEqualTo("u-77");
        refused("max@example.com");
    }

    @Test
    void T18_two_users_with_one_legacy_id_are_both_nobody() {
        for (String email : List.of("jane@example.com", "john@example.com")) {
            realm.updateUser(
                    realm.userId(email),
                    user -> user.withObject("/attributes").withArray("legacyId").add("1234"));
        }
        realm.realmAttribute("mint.legacy-id-attribute", "legacyId");
        refused("jane@example.com");
        refused("john@example.com");
    }

    @Test
    void T18_an_attribute_that_users_can_edit_switches_the_capability_off() {
        ObjectNode profile =
                (ObjectNode) realm.get("/users/profile").expect(200).json();
        profile.path("attributes").forEach(attribute -> {
            if (attribute.path("name").asText().equals("legacyId")) {
                ((ObjectNode) attribute)
                        .withObject("/permissions")
                        .withArray("edit")
                        .add("user");
            }
        });
        realm.put("/users/profile", profile).expect(200);
        mint.mint("jane@example.com").expect(200);
        realm.realmAttribute("mint.legacy-id-attribute", "legacyId");
        unauthorized();
        assertThat(realm.server().log())
                .contains(
                        "token-for-email is off in realm '" + realm.name() + "': users can edit attribute 'legacyId'");
    }

    // ---- T19 ----

    @Test
    void T19_open_required_actions_need_a_waiver() {
        realm.createUser("actions@example.com", user -> user.withArray("/requiredActions")
                .add("UPDATE_PASSWORD"));
        refused("actions@example.com");
        realm.clientAttribute("tribe-upstream", "mint.allow-required-actions", "true");
        mint.mint("actions@example.com").expect(200);
    }

    @Test
    void T19_a_temporary_lockout_stops_minting_where_the_policy_says_so() {
        for (int i = 0; i < 6; i++) {
            realm.token(
                    "cid_inbox_manager",
                    Map.of("grant_type", "password", "username", "jane@example.com", "password", "wrong"));
        }
        JsonNode status = realm.get("/attack-detection/brute-force/users/" + realm.userId("jane@example.com"))
                .expect(200)
                .json();
        assertThat(status.path("disabled").asBoolean()).as("locked").isTrue();
        mint.mint("jane@example.com").expect(200);
        realm.clientAttribute("tribe-upstream", "mint.refuse-locked", "true");
        refused("jane@example.com");
        mint.mint("john@example.com").expect(200);
    }

    @Test
    void T19_the_authentication_level_is_the_lowest_at_issuance_and_introspection() {
        String acr = realm.get("/client-scopes").expect(200).json().findParents("name").stream()
                .filter(scope -> scope.path("name").asText().equals("acr"))
                .findFirst()
                .orElseThrow()
                .path("id")
                .asText();
        realm.put("/clients/" + realm.clientUuid("tribe-upstream") + "/default-client-scopes/" + acr, Map.of())
                .expect(204);
        String token = mint.token("jane@example.com");
        assertThat(io.github.keycloakmint.testbed.Jwt.payload(token).path("acr").asText())
                .isEqualTo("0");
        assertThat(realm.introspect("introspector", token).json().path("acr").asText())
                .isEqualTo("0");
    }

    // ---- policy ----

    @Test
    void a_policy_narrows_life_reason_audience_roles_and_addresses() {
        assertThat(asBilling("jane@example.com", body -> {}).status())
                .as("reason")
                .isEqualTo(400);
        assertThat(asBilling("jane@example.com", body -> body.put("reason", "x").put("expiresIn", 3601))
                        .status())
                .as("life")
                .isEqualTo(400);
        assertThat(asBilling("jane@example.com", body -> body.put("reason", "x").put("audience", "account"))
                        .status())
                .as("audience")
                .isEqualTo(400);
        assertThat(asBilling("max@example.com", body -> body.put("reason", "x")).body())
                .as("role")
                .isEqualTo(Mint.NO_SUCH_USER);
        asBilling("jane@example.com", body -> body.put("reason", "x")).expect(200);
        realm.assignRealmRole(realm.userId("ada@example.com"), "basic");
        assertThat(asBilling("ada@example.com", body -> body.put("reason", "x")).body())
                .as("an allowed role below another")
                .isEqualTo(Mint.NO_SUCH_USER);
        realm.clientAttribute("billing-service", "mint.allowed-ips", "203.0.113.0/24");
        assertThat(asBilling("jane@example.com", body -> body.put("reason", "x"))
                        .body())
                .as("address")
                .isEqualTo(Mint.UNAUTHORIZED);
        realm.clientAttribute(
                "billing-service", "mint.allowed-ips", realm.server().callerCidr());
        asBilling("jane@example.com", body -> body.put("reason", "x")).expect(200);
    }

    /** T9: nobody here is a trusted proxy. */
    @Test
    void a_forwarded_address_changes_nothing() {
        realm.clientAttribute("tribe-upstream", "mint.allowed-ips", "203.0.113.0/24");
        Answer answer = mint.withSecret()
                .header("X-Forwarded-For", "203.0.113.7")
                .header("Forwarded", "for=203.0.113.7")
                .header("X-Real-IP", "203.0.113.7")
                .json(mint.body("jane@example.com"))
                .send();
        assertThat(answer.body()).isEqualTo(Mint.UNAUTHORIZED);
    }

    private Answer asBilling(String email, Consumer<ObjectNode> change) {
        return mint.mintAs("billing-service", email, change);
    }
}
