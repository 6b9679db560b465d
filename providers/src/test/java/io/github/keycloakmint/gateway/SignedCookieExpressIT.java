package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.NodeProgram;
import io.github.keycloakmint.testbed.TestRealm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Express and its cookie-parser, unchanged, read the cookie with the exported keys; see {@code clients/cookie-check}. */
@Tag("full")
class SignedCookieExpressIT {

    private static NodeProgram program;
    private static TestRealm realm;
    private static CookieDoor door;

    @BeforeAll
    static void start() {
        program = NodeProgram.install("cookie-check");
        realm = TestRealm.create();
        door = new CookieDoor(realm);
    }

    @AfterAll
    static void stop() {
        if (realm != null) {
            realm.close();
        }
    }

    private static JsonNode seen(List<String> keys, List<String> cookies) {
        return program.run(
                Map.of("KEYS", Json.text(keys), "NAME", "token", "COOKIES", Json.text(cookies)), "check.cjs");
    }

    private static String digest(String token) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void it_reads_the_token_and_takes_no_other() throws NoSuchAlgorithmException {
        String token = door.session(CookieDoor.JANE);
        String cookie = door.kept(token);
        int last = cookie.length() - 1;
        String tampered = cookie.substring(0, last) + (cookie.charAt(last) == 'A' ? 'B' : 'A');
        String swapped = "token=s%3A" + door.session(CookieDoor.JOHN) + cookie.substring(cookie.lastIndexOf('.'));
        List<String> cookies = List.of(cookie, "first=1; " + cookie + "; last=2", tampered, swapped, "token=" + token);
        JsonNode seen = seen(door.keys(), cookies);
        assertThat(seen.path(0).asText()).isEqualTo(digest(token));
        assertThat(seen.path(1).asText()).isEqualTo(digest(token));
        assertThat(seen.path(2).isBoolean() && !seen.path(2).asBoolean())
                .as("tampered")
                .isTrue();
        assertThat(seen.path(3).isBoolean() && !seen.path(3).asBoolean())
                .as("another token")
                .isTrue();
        assertThat(seen.path(4).isNull()).as("not signed").isTrue();
        // the other way round: what Express signs with that key is taken here
        assertThat(door.me("token=" + CookieDoor.sign(token, door.keys().get(0)))
                        .status())
                .isEqualTo(200);
        JsonNode foreign = seen(door.keys("external-users"), List.of(cookie));
        assertThat(foreign.path(0).isBoolean() && !foreign.path(0).asBoolean())
                .as("another client's key")
                .isTrue();
    }
}
