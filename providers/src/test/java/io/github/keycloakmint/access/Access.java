package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.TestRealm;
import java.util.ArrayList;
import java.util.List;

/** An app, in tests: signs users in at a realm. */
final class Access {

    static final String CLIENT = "cid_inbox_manager";
    static final String ORIGIN = "https://app.inbox-manager.com";

    private final TestRealm realm;

    Access(TestRealm realm) {
        this.realm = realm;
    }

    Http post(String path) {
        return Http.post(realm.url("/auth/" + path));
    }

    Answer post(String path, ObjectNode body) {
        return post(path).json(body).send();
    }

    static ObjectNode credentials(String email, String password) {
        return Json.object("client_id", CLIENT, "email", email, "password", password);
    }

    /** As a server or a mobile app does: without an Origin. */
    Answer signIn(String email, String password) {
        return post("sign-in", credentials(email, password));
    }

    JsonNode signedIn(String email) {
        return signIn(email, TestRealm.PASSWORD).expect(200).json();
    }

    Answer csrf(String origin) {
        return csrf(CLIENT, origin);
    }

    Answer csrf(String client, String origin) {
        Http call = Http.get(realm.url("/auth/csrf?client_id=" + client));
        return (origin == null ? call : call.header("Origin", origin)).send();
    }

    String csrfToken(String origin) {
        return csrf(origin).expect(200).json().path("csrf_token").asText();
    }

    Answer signInFromPage(String origin, ObjectNode body) {
        return post("sign-in").header("Origin", origin).json(body).send();
    }

    Answer refresh(String refreshToken) {
        return post("refresh", Json.object("refresh_token", refreshToken));
    }

    static String refreshToken(JsonNode session) {
        return session.path("tokens").path("refresh_token").asText();
    }

    static String accessToken(JsonNode session) {
        return session.path("tokens").path("access_token").asText();
    }

    static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static void refused(Answer answer, int status, String error) {
        refused(answer, status, error, "");
    }

    static void refused(Answer answer, int status, String error, String what) {
        assertThat(answer.status()).as(what + " " + answer.body()).isEqualTo(status);
        assertThat(names(answer.json())).as(what).containsExactly("error", "message");
        assertThat(answer.json().path("error").asText()).as(what).isEqualTo(error);
        assertThat(answer.header("cache-control")).as(what).contains("no-store");
        assertThat(answer.headers("cache-control")).as(what).hasSize(1);
        assertThat(answer.headers("set-cookie")).as(what).isEmpty();
        assertThat(answer.body())
                .as(what)
                .doesNotContainIgnoringCase("exception")
                .doesNotContain("io.github", "org.keycloak", "jackson");
    }
}
