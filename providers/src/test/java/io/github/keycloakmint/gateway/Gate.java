package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Dpop;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The gateway of a test's realm, and one credential of each kind: jane owns acme and is a member of globex. */
final class Gate {

    static final String APP = "cid_inbox_manager";
    static final String API = "https://api.inbox-manager.com";
    static final String ORIGIN = "https://app.inbox-manager.com";
    static final String JANE = "jane@example.com";
    static final String JOHN = "john@example.com";
    static final String MAX = "max@example.com";

    static final List<String> HEADERS = List.of(
            "x-auth-user-id", "x-auth-email", "x-auth-account-id", "x-auth-role", "x-auth-permissions", "x-auth-jwt");

    private final TestRealm realm;

    Gate(TestRealm realm) {
        this.realm = realm;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    Http verify(String query) {
        return Http.get(realm.url("/api/auth/verify" + query));
    }

    Answer verify(String query, String bearer) {
        return verify(query).bearer(bearer).send();
    }

    Answer me(String bearer) {
        return Http.get(realm.url("/api/auth/me")).bearer(bearer).send();
    }

    /** The values of the identity headers, which have to be there, in their order. */
    static List<String> identity(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("Status " + answer.status() + ": " + answer.body());
        }
        return HEADERS.stream().map(name -> only(answer, name)).toList();
    }

    private static String only(Answer answer, String name) {
        if (answer.headers(name).size() != 1) {
            throw new AssertionError(name + ": " + answer.headers(name));
        }
        return answer.headers(name).get(0);
    }

    String session(String email) {
        return realm.passwordToken(APP, email, TestRealm.PASSWORD);
    }

    String account(String session, String account) {
        return Http.post(realm.url("/api/accounts/" + account + "/token"))
                .bearer(session)
                .json(Json.object("audience", API))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
    }

    /** Waits for the realm's claim to its platform id, which the server may take two seconds to see. */
    String minted(String email) {
        return minted(Json.object("email", email, "platformId", realm.platformId()));
    }

    String minted(String email, String audience) {
        return minted(Json.object("email", email, "platformId", realm.platformId(), "audience", audience));
    }

    private String minted(ObjectNode body) {
        Http request = Http.post(realm.url("/api/auth/token-for-email"))
                .header("X-Tribe-Service-Secret", realm.server().secrets().current())
                .json(body);
        return Poll.until("a minted token", Duration.ofSeconds(15), () -> Optional.of(request.send())
                .filter(answer -> answer.status() == 200)
                .map(answer -> answer.json().path("accessToken").asText()));
    }

    String organization(String alias) {
        return realm.get("/organizations?exact=true&search=" + alias)
                .expect(200)
                .json()
                .path(0)
                .path("id")
                .asText();
    }

    /** @param changes account_id, owner */
    String key(String session, List<String> permissions, Map<String, ?> changes) {
        ObjectNode body = Json.object("name", "test", "permissions", permissions);
        changes.forEach((name, value) -> body.set(name, Json.MAPPER.valueToTree(value)));
        String key = Http.post(realm.url("/api/api-keys"))
                .bearer(session)
                .json(body)
                .send()
                .expect(201)
                .json()
                .path("key")
                .asText();
        Secrets.remember(key.substring(key.lastIndexOf('_') + 1));
        return Secrets.remember(key);
    }

    Answer byKey(String query, String key) {
        return verify(query).header("X-API-KEY", key).send();
    }

    /** A session's token that is worth nothing without {@code holder}'s proofs. */
    String bound(Dpop holder) {
        URI uri = realm.url("/protocol/openid-connect/token");
        return Http.post(uri)
                .header("DPoP", holder.proof("POST", uri, Optional.empty()))
                .form(Map.of(
                        "grant_type", "password", "client_id", APP, "username", JANE, "password", TestRealm.PASSWORD))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
    }
}
