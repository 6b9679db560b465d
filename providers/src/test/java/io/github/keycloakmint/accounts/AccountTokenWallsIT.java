package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import io.github.keycloakmint.testbed.WallDoor;
import java.net.URI;
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
 * T3, T4: what an account token can't reach, for a user who became an administrator after it was issued, and with its client
 * widened after it was issued: the worst case, in which only the walls are left.
 */
@Tag("once")
class AccountTokenWallsIT {

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static String token;
    private static String userId;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        userId = realm.userId(Tenancy.JANE);
        token = tenancy.token(tenancy.session(Tenancy.JANE), "acme");
        realm.assignClientRole(userId, "realm-management", "realm-admin");
        realm.updateClient(Tenancy.APP, client -> client.put("fullScopeAllowed", true));
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
        tenancy.audience(Tenancy.APP, "wide");
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
    void an_account_token_of_an_administrator_is_refused_at(WallDoor door) {
        Answer answer = door.knock(realm, token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(door.refused());
        assertThat(answer.body()).doesNotContain("wide-wide");
    }

    @Test
    void the_doors_are_real_ones() {
        String ordinary = realm.passwordToken("admin-cli", Tenancy.JANE, TestRealm.PASSWORD);
        assertThat(new WallDoor("GET", "/admin/realms/" + realm.name() + "/users")
                        .knock(realm, ordinary)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void userinfo_is_closed_to_it() {
        assertThat(realm.userinfo(token).status()).isEqualTo(403);
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
    void T5_a_client_of_full_scope_can_not_launder_it() {
        assertThat(realm.token(
                                "wide",
                                Map.of(
                                        "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                                        "subject_token", token,
                                        "subject_token_type", "urn:ietf:params:oauth:token-type:access_token"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void it_refreshes_and_ends_no_session() {
        tenancy.session(Tenancy.JANE);
        int sessions =
                realm.get("/users/" + userId + "/sessions").expect(200).json().size();
        assertThat(realm.token(Tenancy.APP, Map.of("grant_type", "refresh_token", "refresh_token", token))
                        .status())
                .isEqualTo(400);
        Http.get(URI.create(realm.url("/protocol/openid-connect/logout") + "?id_token_hint=" + token))
                .send();
        Http.post(realm.url("/protocol/openid-connect/logout"))
                .bearer(token)
                .form(Map.of("client_id", Tenancy.APP, "refresh_token", token))
                .send();
        assertThat(realm.get("/users/" + userId + "/sessions")
                        .expect(200)
                        .json()
                        .size())
                .isEqualTo(sessions)
                .isPositive();
    }

    @Test
    void the_grant_is_no_grant_at_the_token_endpoint() {
        Answer answer = realm.token("wide", Map.of("grant_type", AccountGrant.ID, "account_id", "acme"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("unsupported_grant_type");
    }

    @Test
    void asking_for_another_kind_of_token_is_no_way_around_introspection() {
        realm.updateClient(Tenancy.APP, client -> client.put("fullScopeAllowed", false));
        String fresh = tenancy.token(tenancy.session(Tenancy.JANE), "acme");
        realm.updateClient(Tenancy.APP, client -> client.put("fullScopeAllowed", true));
        for (String hint : List.of("access_token", "requesting_party_token", "refresh_token", "nonsense")) {
            Answer answer = Http.post(realm.url("/protocol/openid-connect/token/introspect"))
                    .basic(Tenancy.API, realm.clientSecret(Tenancy.API))
                    .form(Map.of("token", fresh, "token_type_hint", hint))
                    .send();
            assertThat(answer.json().path("active").asBoolean()).as(hint).isEqualTo(hint.equals("access_token"));
        }
    }

    /** Its roles are none, whatever its user and its client have become. */
    @Test
    void introspection_gives_it_no_roles() {
        assertThat(tenancy.introspect(token).path("active").asBoolean()).isTrue();
        assertThat(tenancy.introspect(token).has("realm_access")).isFalse();
        assertThat(tenancy.introspect(token).has("resource_access")).isFalse();
        assertThat(tenancy.introspect(token).path("aud").asText()).isEqualTo(Tenancy.API);
    }
}
