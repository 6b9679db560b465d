package io.github.keycloakmint.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Cookies and tickets of a test's realm, as pages of its app ask for them. */
final class CookieDoor {

    static final String APP = "cid_inbox_manager";
    static final String API = "https://api.inbox-manager.com";
    static final String ORIGIN = "https://app.inbox-manager.com";
    static final String JANE = "jane@example.com";
    static final String JOHN = "john@example.com";

    private final TestRealm realm;

    CookieDoor(TestRealm realm) {
        this.realm = realm;
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

    /** From the app's page. */
    Answer keep(String token) {
        return cookie("POST").header("Origin", ORIGIN).bearer(token).json("{}").send();
    }

    Http cookie(String method) {
        return Http.request(method, realm.url("/api/auth/cookie"));
    }

    /** {@code name=value}, as a browser sends it back. */
    String kept(String token) {
        return pair(keep(token).expect(200));
    }

    static String pair(Answer answer) {
        String header = answer.header("set-cookie").orElseThrow();
        String pair = header.substring(0, header.indexOf(';'));
        Secrets.remember(pair.substring(pair.indexOf('=') + 1));
        return pair;
    }

    Answer me(String cookies) {
        return Http.get(realm.url("/api/auth/me")).header("Cookie", cookies).send();
    }

    Http verify() {
        return verify("");
    }

    Http verify(String query) {
        return Http.get(realm.url("/api/auth/verify" + query));
    }

    List<String> keys() {
        return keys(APP);
    }

    List<String> keys(String client) {
        List<String> keys = new ArrayList<>();
        for (JsonNode key : realm.get("/mint/cookie-keys?client_id=" + client)
                .expect(200)
                .json()
                .path("keys")) {
            keys.add(Secrets.remember(key.asText()));
        }
        return keys;
    }

    Http ticket() {
        return Http.post(realm.url("/api/auth/embed-ticket"));
    }

    Answer ticket(String token, String path) {
        return ticket().bearer(token).json(Json.object("path", path)).send();
    }

    String ticketFor(String token, String path) {
        return Secrets.remember(
                ticket(token, path).expect(200).json().path("ticket").asText());
    }

    /** As npm's cookie-signature and cookie do, written anew from their documentation. */
    static String sign(String value, String key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String signature = Base64.getEncoder().encodeToString(mac.doFinal(value.getBytes(StandardCharsets.UTF_8)));
            return URLEncoder.encode("s:" + value + '.' + signature.replaceAll("=+$", ""), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
