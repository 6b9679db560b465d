package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import io.github.keycloakmint.testbed.WallDoor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * T3: what a minted token can't reach, for a user who became an administrator after it was minted, and with the caller's
 * client widened after it was minted: the worst case, in which only the walls are left.
 */
@Tag("once")
class TokenWallsIT {

    private static TestRealm realm;
    private static Mint mint;
    private static String token;
    private static String userId;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        mint = new Mint(realm);
        userId = realm.createUser("boss@example.com", user -> {});
        token = mint.token("boss@example.com");
        realm.assignClientRole(userId, "realm-management", "realm-admin");
        realm.updateClient("tribe-upstream", client -> client.put("fullScopeAllowed", true));
        realm.createClient(Json.object(
                "clientId",
                "protected",
                "secret",
                "protected-protected-protected-prot",
                "serviceAccountsEnabled",
                true,
                "authorizationServicesEnabled",
                true,
                "publicClient",
                false));
        ObjectNode wide = Json.object(
                "clientId",
                "wide",
                "secret",
                "wide-wide-wide-wide-wide-wide-wide-1",
                "serviceAccountsEnabled",
                true,
                "publicClient",
                false,
                "fullScopeAllowed",
                true);
        wide.withObject("/attributes").put("standard.token.exchange.enabled", "true");
        realm.createClient(wide);
        realm.updateClient("tribe-upstream", client -> client.withArray("/protocolMappers")
                .add(Json.parse("{\"name\":\"aud wide\",\"protocol\":\"openid-connect\",\"protocolMapper\":"
                        + "\"oidc-audience-mapper\",\"config\":{\"included.client.audience\":\"wide\","
                        + "\"access.token.claim\":\"true\"}}")));
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    static List<WallDoor> doors() {
        return WallDoor.of(realm, userId);
    }

    @ParameterizedTest
    @MethodSource("doors")
    void a_minted_token_of_an_administrator_is_refused_at(WallDoor door) {
        Answer answer = door.knock(realm, token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(door.refused());
        assertThat(answer.body()).doesNotContain("wide-wide");
    }

    /** The doors are real ones: the same user's ordinary token opens them. */
    @Test
    void an_ordinary_token_of_the_same_user_opens_the_doors() {
        String ordinary = realm.passwordToken("admin-cli", "boss@example.com", TestRealm.PASSWORD);
        assertThat(new WallDoor("GET", "/admin/realms/" + realm.name() + "/users")
                        .knock(realm, ordinary)
                        .status())
                .isEqualTo(200);
        assertThat(new WallDoor("GET", "/realms/" + realm.name() + "/clients-registrations/default/wide")
                        .knock(realm, ordinary)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void uma_takes_it_neither_as_bearer_nor_as_subject_token() {
        Map<String, String> grant =
                Map.of("grant_type", "urn:ietf:params:oauth:grant-type:uma-ticket", "audience", "protected");
        assertThat(Http.post(realm.url("/protocol/openid-connect/token"))
                        .bearer(token)
                        .form(grant)
                        .send()
                        .status())
                .isIn(400, 401, 403);
        Map<String, String> withSubject = new LinkedHashMap<>(grant);
        withSubject.put("subject_token", token);
        assertThat(realm.token("protected", withSubject).status()).isIn(400, 401, 403);
    }

    @Test
    void T5_no_client_can_exchange_it_for_a_token_without_walls() {
        String revoked = mintNarrow("jane@example.com");
        realm.delete("/mint/mints/"
                        + io.github.keycloakmint.testbed.Jwt.payload(revoked)
                                .path("jti")
                                .asText())
                .expect(204);
        for (String client : List.of("wide", "tribe-upstream")) {
            realm.clientAttribute(client, "standard.token.exchange.enabled", "true");
            for (String subject : List.of(token, token, mintNarrow("jane@example.com"), revoked)) {
                assertThat(exchange(client, Map.of("subject_token", subject)))
                        .as(client)
                        .isEqualTo(400);
            }
            String honest = realm.clientToken(client);
            assertThat(exchange(
                            client,
                            Map.of(
                                    "subject_token", honest,
                                    "actor_token", token,
                                    "actor_token_type", "urn:ietf:params:oauth:token-type:access_token")))
                    .as("as an actor")
                    .isEqualTo(400);
        }
    }

    private static int exchange(String client, Map<String, String> tokens) {
        Map<String, String> form = new LinkedHashMap<>(tokens);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        return realm.token(client, form).status();
    }

    /** T4: neither as a hint nor as a bearer does it end a session, its owner's or another's. */
    @Test
    void it_ends_no_session() {
        realm.passwordToken("cid_inbox_manager", "boss@example.com", TestRealm.PASSWORD);
        int sessions =
                realm.get("/users/" + userId + "/sessions").expect(200).json().size();
        Http.get(java.net.URI.create(realm.url("/protocol/openid-connect/logout") + "?id_token_hint=" + token))
                .send();
        Http.post(realm.url("/protocol/openid-connect/logout"))
                .bearer(token)
                .form(Map.of("client_id", "cid_inbox_manager", "refresh_token", token))
                .send();
        assertThat(realm.get("/users/" + userId + "/sessions")
                        .expect(200)
                        .json()
                        .size())
                .isEqualTo(sessions)
                .isPositive();
    }

    /** The exchange itself works here, so the refusal above is ours. */
    @Test
    void ordinary_tokens_are_still_exchanged() {
        Answer answer = realm.token(
                "wide",
                Map.of(
                        "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                        "subject_token", realm.clientToken("wide"),
                        "subject_token_type", "urn:ietf:params:oauth:token-type:access_token"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void it_mints_nothing() {
        Answer answer = Http.post(mint.uri())
                .bearer(token)
                .json(mint.body("jane@example.com"))
                .send();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo(Mint.UNAUTHORIZED);
    }

    @Test
    void the_grant_is_no_grant_at_the_token_endpoint() {
        Answer answer = realm.token("tribe-upstream", Map.of("grant_type", MintGrant.ID, "email", "jane@example.com"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("unsupported_grant_type");
    }

    /** T15: minted while he was nobody, used after he became an administrator. */
    @Test
    void introspection_calls_the_token_of_a_later_administrator_inactive() {
        String id = realm.createUser("rising@example.com", user -> {});
        String rising = mintNarrow("rising@example.com");
        assertThat(mint.active(rising)).isTrue();
        realm.assignClientRole(id, "realm-management", "view-users");
        assertThat(mint.active(rising)).isFalse();
        realm.removeClientRole(id, "realm-management", "view-users");
        assertThat(mint.active(rising)).isTrue();
    }

    @Test
    void asking_for_another_kind_of_token_is_no_way_around_introspection() {
        String rising = mintNarrow("jane@example.com");
        for (String hint : List.of("access_token", "requesting_party_token", "refresh_token", "nonsense")) {
            Answer answer = Http.post(realm.url("/protocol/openid-connect/token/introspect"))
                    .basic("introspector", realm.clientSecret("introspector"))
                    .form(Map.of("token", rising, "token_type_hint", hint))
                    .send();
            assertThat(answer.json().path("active").asBoolean()).as(hint).isEqualTo(hint.equals("access_token"));
        }
    }

    private static String mintNarrow(String email) {
        realm.updateClient("tribe-upstream", client -> client.put("fullScopeAllowed", false));
        try {
            return mint.token(email);
        } finally {
            realm.updateClient("tribe-upstream", client -> client.put("fullScopeAllowed", true));
        }
    }

    /** T3: issuance fails closed, whichever way the client reaches an administrator's role. */
    @Test
    void a_client_that_reaches_administrators_roles_mints_nothing() {
        assertThat(mint.mint("jane@example.com").body()).as("full scope").isEqualTo(Mint.UNAUTHORIZED);
        realm.updateClient("tribe-upstream", client -> client.put("fullScopeAllowed", false));
        try {
            mint.mint("jane@example.com").expect(200);
            String uuid = realm.clientUuid("tribe-upstream");
            refusedWith(
                    "scope mapping",
                    "/clients/" + uuid + "/scope-mappings/clients/" + realm.clientUuid("realm-management"),
                    clientRole("realm-management", "view-users"));
            refusedWith(
                    "account role",
                    "/clients/" + uuid + "/scope-mappings/clients/" + realm.clientUuid("account"),
                    clientRole("account", "view-profile"));
            JsonNode defaults = realm.get("/roles/default-roles-" + realm.name())
                    .expect(200)
                    .json();
            refusedWith("default roles", "/clients/" + uuid + "/scope-mappings/realm", defaults);
            optionalScopeIsRefused(uuid);
        } finally {
            realm.updateClient("tribe-upstream", client -> client.put("fullScopeAllowed", true));
        }
    }

    private static JsonNode clientRole(String client, String role) {
        return realm.get("/clients/" + realm.clientUuid(client) + "/roles/" + role)
                .expect(200)
                .json();
    }

    private static void refusedWith(String what, String mapping, JsonNode role) {
        realm.post(mapping, List.of(role)).expect(204);
        assertThat(mint.mint("jane@example.com").body()).as(what).isEqualTo(Mint.UNAUTHORIZED);
        realm.delete(mapping, List.of(role)).expect(204);
        mint.mint("jane@example.com").expect(200);
    }

    private static void optionalScopeIsRefused(String uuid) {
        String location = realm.post("/client-scopes", Json.object("name", "power", "protocol", "openid-connect"))
                .expect(201)
                .header("location")
                .orElseThrow();
        String scope = location.substring(location.lastIndexOf('/') + 1);
        realm.post(
                        "/client-scopes/" + scope + "/scope-mappings/clients/" + realm.clientUuid("realm-management"),
                        List.of(clientRole("realm-management", "realm-admin")))
                .expect(204);
        realm.put("/clients/" + uuid + "/optional-client-scopes/" + scope, Map.of())
                .expect(204);
        assertThat(mint.mint("jane@example.com").body()).as("optional scope").isEqualTo(Mint.UNAUTHORIZED);
        realm.delete("/clients/" + uuid + "/optional-client-scopes/" + scope).expect(204);
        mint.mint("jane@example.com").expect(200);
    }
}
