package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** T33: Keycloak's introspection of ordinary tokens that name one organization, and what of it became of its member. */
class IntrospectionIT {

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static String acme;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        acme = tenancy.organization("acme");
        tenancy.audience(Tenancy.APP, Tenancy.API);
        String scope = null;
        for (JsonNode each : realm.get("/client-scopes").expect(200).json()) {
            if (each.path("name").asText().equals("organization")) {
                scope = each.path("id").asText();
            }
        }
        realm.put("/clients/" + realm.clientUuid(Tenancy.APP) + "/optional-client-scopes/" + scope, Json.object())
                .expect(204);
        realm.clientAttribute(Tenancy.API, "client.introspection.response.allow.jwt.claim.enabled", "true");
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String ordinary(String email) {
        return realm.token(
                        Tenancy.APP,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                email,
                                "password",
                                TestRealm.PASSWORD,
                                "scope",
                                "openid organization:acme"))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
    }

    private static Answer ask(String token, String hint, String accept) {
        return Http.post(realm.url("/protocol/openid-connect/token/introspect"))
                .basic(Tenancy.API, realm.clientSecret(Tenancy.API))
                .header("Accept", accept)
                .form(Map.of("token", token, "token_type_hint", hint))
                .send();
    }

    @Test
    void a_token_of_an_organization_that_its_user_has_left_is_not_active() {
        String id = realm.createUser("gone@example.com", user -> {});
        tenancy.join(acme, id);
        String token = ordinary("gone@example.com");
        assertThat(AccountTokenIT.texts(Jwt.payload(token).path("organization")))
                .containsExactly("acme");
        assertThat(tenancy.active(token)).isTrue();
        tenancy.leave(acme, id);
        for (String hint : List.of("access_token", "requesting_party_token")) {
            for (String accept : List.of("application/json", "application/jwt")) {
                Answer answer = ask(token, hint, accept);
                assertThat(answer.status()).as(hint).isEqualTo(200);
                assertThat(answer.body()).as(hint).isEqualTo("{\"active\":false}");
            }
        }
        tenancy.join(acme, id);
        assertThat(tenancy.active(token)).isTrue();
        tenancy.enable(acme, false);
        try {
            assertThat(ask(token, "access_token", "application/json").body()).isEqualTo("{\"active\":false}");
        } finally {
            tenancy.enable(acme, true);
        }
    }

    @Test
    void userinfo_refuses_it_without_failing() {
        String id = realm.createUser("away@example.com", user -> {});
        tenancy.join(acme, id);
        String token = ordinary("away@example.com");
        assertThat(realm.userinfo(token).status()).isEqualTo(200);
        tenancy.leave(acme, id);
        assertThat(realm.userinfo(token).status()).isBetween(400, 499);
    }
}
