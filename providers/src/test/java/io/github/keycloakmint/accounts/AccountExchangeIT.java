package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Dpop;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Jwt;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Account tokens by token exchange (RFC 8693) at Keycloak's token endpoint. */
class AccountExchangeIT {

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String BACKEND = "backend";

    private static TestRealm realm;
    private static Tenancy tenancy;
    private static String acme;

    @BeforeAll
    static void start() {
        realm = TestRealm.create();
        tenancy = new Tenancy(realm);
        acme = tenancy.organization("acme");
        tenancy.createBackend(BACKEND, client -> {});
        tenancy.createBackend("stranger", client -> {});
        tenancy.audience(Tenancy.APP, BACKEND);
    }

    @AfterAll
    static void stop() {
        realm.close();
    }

    private static String own() {
        return tenancy.tokens(BACKEND, Tenancy.JANE).path("access_token").asText();
    }

    private static Answer exchange(String client, Map<String, String> form) {
        return realm.token(client, form);
    }

    @Test
    void a_confidential_client_exchanges_its_own_token() {
        String session = own();
        Answer answer = exchange(BACKEND, Tenancy.exchange(session, "acme"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("cache-control").orElse("")).contains("no-store");
        JsonNode body = answer.json();
        assertThat(body.path("issued_token_type").asText()).isEqualTo(ACCESS_TOKEN);
        assertThat(body.path("token_type").asText()).isEqualTo("Bearer");
        assertThat(AccountTokenIT.texts(body.path("permissions")))
                .containsExactly("campaigns:read", "campaigns:write", "templates:read", "templates:write");
        assertThat(body.path("scope").asText(""))
                .isEqualTo(Jwt.payload(body.path("access_token").asText())
                        .path("scope")
                        .asText(""));
        assertThat(body.path("account_id").asText()).isEqualTo(acme);
        assertThat(body.path("role").asText()).isEqualTo("owner");
        for (String no : List.of("refresh_token", "id_token", "session_state")) {
            assertThat(body.has(no)).as(no).isFalse();
        }
        String token = body.path("access_token").asText();
        JsonNode claims = Jwt.payload(token);
        JsonNode byEndpoint = Jwt.payload(tenancy.token(session, acme));
        for (JsonNode each : List.of(claims, byEndpoint)) {
            ((com.fasterxml.jackson.databind.node.ObjectNode) each).remove(List.of("jti", "iat"));
        }
        assertThat(claims).as("the same token by either door").isEqualTo(byEndpoint);
        assertThat(tenancy.active(token)).isTrue();
    }

    @Test
    void a_client_in_the_audience_exchanges_anothers_token_and_becomes_its_azp() {
        String session = tenancy.session(Tenancy.JANE);
        JsonNode before = sessions();
        Answer answer = exchange(BACKEND, Tenancy.exchange(session, acme));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String token = answer.json().path("access_token").asText();
        JsonNode claims = Jwt.payload(token);
        assertThat(claims.path("azp").asText()).isEqualTo(BACKEND);
        assertThat(claims.path("aud").asText()).isEqualTo(Tenancy.API);
        assertThat(claims.path("pazp").asText()).isEqualTo(Tenancy.APP);
        assertThat(claims.path("sid")).isEqualTo(Jwt.payload(session).path("sid"));
        assertThat(claims.path("jti").asText().substring(4)).startsWith("ma:");
        assertThat(claims.path("exp").asLong())
                .isLessThanOrEqualTo(Jwt.payload(session).path("exp").asLong());
        assertThat(tenancy.active(token)).isTrue();
        assertThat(sessions()).as("no session of the backend was made").isEqualTo(before);
        realm.updateClient(Tenancy.APP, client -> client.put("enabled", false));
        try {
            assertThat(tenancy.active(token)).as("with its parent's client").isFalse();
        } finally {
            realm.updateClient(Tenancy.APP, client -> client.put("enabled", true));
        }
        assertThat(tenancy.active(token)).isTrue();
        Http.post(realm.url("/protocol/openid-connect/revoke"))
                .form(Map.of("client_id", Tenancy.APP, "token", session))
                .send()
                .expect(200);
        assertThat(tenancy.active(token)).as("with its parent").isFalse();
    }

    private static JsonNode sessions() {
        return realm.get("/clients/" + realm.clientUuid(BACKEND) + "/session-count")
                .expect(200)
                .json();
    }

    @Test
    void a_client_that_the_token_is_not_for_is_denied() {
        Answer answer = exchange("stranger", Tenancy.exchange(tenancy.session(Tenancy.JANE), acme));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().path("error").asText()).isEqualTo("access_denied");
    }

    @Test
    void a_public_client_needs_its_admins_word() {
        String session = tenancy.session(Tenancy.JANE);
        for (String value : List.of("false", "TRUE", "yes")) {
            realm.clientAttribute(Tenancy.APP, "mint.exchange.public", value);
            Answer answer = exchange(Tenancy.APP, Tenancy.exchange(session, acme));
            assertThat(answer.status()).as(value).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("unauthorized_client");
        }
        realm.clientAttribute(Tenancy.APP, "mint.exchange.public", "true");
        try {
            Answer answer = exchange(Tenancy.APP, Tenancy.exchange(session, acme));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        } finally {
            realm.clientAttribute(Tenancy.APP, "mint.exchange.public", null);
        }
    }

    @Test
    void resource_and_scope_are_read_as_at_the_endpoint() {
        Map<String, String> form = Tenancy.exchange(own(), acme);
        form.remove("audience");
        form.put("resource", Tenancy.API);
        form.put("scope", "templates:read nonsense");
        JsonNode body = exchange(BACKEND, form).expect(200).json();
        assertThat(AccountTokenIT.texts(body.path("permissions"))).containsExactly("templates:read");
        assertThat(AccountTokenIT.texts(
                        Jwt.payload(body.path("access_token").asText()).path("permissions")))
                .containsExactly("templates:read");
    }

    @Test
    void errors_are_those_of_OAuth() {
        String session = own();
        refused(form(session, "account_id", "globex-or-not"), 403, "access_denied");
        refused(form(session, "account_id", ""), 403, "access_denied");
        refused(form(session, "audience", "stranger"), 400, "invalid_target");
        refused(form(session, "audience", "nobody"), 400, "invalid_target");
        refused(form(session, "audience", null), 400, "invalid_request");
        refused(form(session, "resource", "https://other.example"), 400, "invalid_request");
        refused(form(session, "subject_token", null), 400, "invalid_request");
        refused(form(session, "subject_token", "x.y.z"), 400, "invalid_request");
        refused(form(session, "subject_token_type", null), 400, "invalid_request");
        refused(form(session, "subject_token_type", "urn:ietf:params:oauth:token-type:jwt"), 400, "invalid_request");
        refused(
                form(session, "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
                400,
                "invalid_request");
        refused(form(session, "actor_token", session), 400, "invalid_request");
        for (String other : List.of("requested_subject", "subject_issuer", "requested_issuer")) {
            refused(form(session, other, "john@example.com"), 400, "invalid_request");
        }
        refused(form(session, "scope", "nope openid"), 400, "invalid_scope");
        JsonNode tokens = tenancy.tokens(BACKEND, Tenancy.JANE);
        refused(form(tokens.path("refresh_token").asText(), "x", "x"), 400, "invalid_request");
        refused(form(tokens.path("id_token").asText(), "x", "x"), 400, "invalid_request");
    }

    private static Map<String, String> form(String subject, String changed, String value) {
        Map<String, String> form = new LinkedHashMap<>(Tenancy.exchange(subject, acme));
        if (value == null) {
            form.remove(changed);
        } else {
            form.put(changed, value);
        }
        return form;
    }

    private static void refused(Map<String, String> form, int status, String error) {
        Answer answer = exchange(BACKEND, form);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().path("error").asText()).as(answer.body()).isEqualTo(error);
        assertThat(answer.json().has("access_token")).isFalse();
    }

    @Test
    void foreign_and_unknown_accounts_are_the_same_answer() {
        String session =
                tenancy.tokens(BACKEND, Tenancy.JOHN).path("access_token").asText();
        String foreign = exchange(BACKEND, Tenancy.exchange(session, "globex")).body();
        assertThat(exchange(BACKEND, Tenancy.exchange(session, "nobody")).body())
                .isEqualTo(foreign)
                .contains("access_denied");
    }

    @Test
    void clients_that_have_not_opted_in_or_are_too_wide_are_not_authorized() {
        tenancy.createBackend(
                "no-accounts", client -> client.withObject("/attributes").put("mint.capabilities", "sign-in"));
        tenancy.createBackend("wide-scope", client -> client.put("fullScopeAllowed", true));
        for (String client : List.of("no-accounts", "wide-scope")) {
            String session =
                    tenancy.tokens(client, Tenancy.JANE).path("access_token").asText();
            Answer answer = exchange(client, Tenancy.exchange(session, acme));
            assertThat(answer.status()).as(client).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("unauthorized_client");
        }
    }

    /** T5: by no client, with or without an account, as subject or as actor. */
    @Test
    void an_account_token_is_exchanged_for_nothing() {
        String session = own();
        String token = tenancy.token(session, acme);
        realm.clientAttribute(BACKEND, "standard.token.exchange.enabled", "true");
        Map<String, String> stock = Tenancy.exchange(token, acme);
        stock.remove("account_id");
        stock.remove("audience");
        assertThat(exchange(BACKEND, stock).status()).as("stock exchange").isEqualTo(400);
        assertThat(exchange(BACKEND, Tenancy.exchange(token, acme)).status()).isEqualTo(400);
        assertThat(exchange(BACKEND, Tenancy.exchange(token, "globex")).status())
                .isEqualTo(400);
        Map<String, String> actor = Tenancy.exchange(session, acme);
        actor.remove("account_id");
        actor.remove("audience");
        assertThat(exchange(BACKEND, actor).status()).as("stock exchange works").isEqualTo(200);
        actor.put("actor_token", token);
        actor.put("actor_token_type", ACCESS_TOKEN);
        assertThat(exchange(BACKEND, actor).status()).as("as an actor").isEqualTo(400);
        // a token that came out of Keycloak's exchange hangs on no session of its own client
        String exchanged = exchange(
                        BACKEND,
                        Map.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:token-exchange",
                                "subject_token",
                                tenancy.session(Tenancy.JANE),
                                "subject_token_type",
                                ACCESS_TOKEN))
                .expect(200)
                .json()
                .path("access_token")
                .asText();
        assertThat(exchange(BACKEND, Tenancy.exchange(exchanged, acme)).status())
                .isEqualTo(400);
        assertThat(tenancy.issue(exchanged, acme).status()).isEqualTo(403);
    }

    @Test
    void a_bound_token_is_exchanged_with_its_key_alone() {
        realm.clientAttribute(Tenancy.APP, "mint.exchange.public", "true");
        try {
            URI uri = realm.url("/protocol/openid-connect/token");
            Dpop holder = new Dpop();
            String session = Http.post(uri)
                    .header("DPoP", holder.proof("POST", uri, Optional.empty()))
                    .form(Map.of(
                            "grant_type", "password",
                            "client_id", Tenancy.APP,
                            "username", Tenancy.JANE,
                            "password", TestRealm.PASSWORD))
                    .send()
                    .expect(200)
                    .json()
                    .path("access_token")
                    .asText();
            Map<String, String> form = Tenancy.exchange(session, acme);
            form.put("client_id", Tenancy.APP);
            Answer answer = Http.post(uri)
                    .header("DPoP", holder.proof("POST", uri, Optional.empty()))
                    .form(form)
                    .send();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().path("token_type").asText()).isEqualTo("DPoP");
            assertThat(Jwt.payload(answer.json().path("access_token").asText())
                            .path("cnf")
                            .path("jkt")
                            .asText())
                    .isEqualTo(holder.thumbprint());
            assertThat(Http.post(uri).form(form).send().status()).as("no proof").isEqualTo(400);
            assertThat(Http.post(uri)
                            .header("DPoP", new Dpop().proof("POST", uri, Optional.empty()))
                            .form(form)
                            .send()
                            .status())
                    .as("another key")
                    .isEqualTo(400);
            assertThat(exchange(BACKEND, Tenancy.exchange(session, acme)).status())
                    .as("another client")
                    .isEqualTo(400);
        } finally {
            realm.clientAttribute(Tenancy.APP, "mint.exchange.public", null);
        }
    }

    @Test
    void the_event_tells_who_asked_for_what() {
        exchange(BACKEND, Tenancy.exchange(own(), acme)).expect(200);
        JsonNode event = realm.events("TOKEN_EXCHANGE").get(0);
        assertThat(event.path("clientId").asText()).isEqualTo(BACKEND);
        assertThat(event.path("userId").asText()).isEqualTo(realm.userId(Tenancy.JANE));
        assertThat(event.path("details").path("accountId").asText()).isEqualTo(acme);
        assertThat(event.path("details").path("audience").asText()).isEqualTo(Tenancy.API);
        assertThat(Json.text(event)).doesNotContain("eyJ");
    }
}
