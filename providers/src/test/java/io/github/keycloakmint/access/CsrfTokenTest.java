package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.KeyStatus;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeyManager;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;

/** Contract section 6; T2, T10. */
class CsrfTokenTest {

    private static final String ORIGIN = "https://app.example";

    private final Set<Object> used = new HashSet<>();
    private final ClientModel client = client("realm", "app");
    private final KeycloakSession session = session("the realm's internal secret");

    @AfterEach
    void now() {
        Time.setOffset(0);
    }

    private KeycloakSession session(String secret) {
        KeyWrapper key = new KeyWrapper();
        key.setSecretKey(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA512"));
        key.setStatus(KeyStatus.ACTIVE);
        KeyManager keys = FreshSessions.proxy(
                KeyManager.class,
                (self, method, arguments) -> method.getName().equals("getActiveKey") ? key : Stream.of(key));
        SingleUseObjectProvider objects = FreshSessions.proxy(
                SingleUseObjectProvider.class,
                (self, method, arguments) ->
                        method.getName().equals("putIfAbsent") ? used.add(arguments[0]) : used.contains(arguments[0]));
        return new FreshSessions(realm("realm"), (self, method, arguments) -> objects)
                .request((self, method, arguments) -> method.getName().equals("keys") ? keys : objects);
    }

    private static RealmModel realm(String id) {
        return FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> id);
    }

    private static ClientModel client(String realmId, String clientId) {
        return FreshSessions.proxy(
                ClientModel.class,
                (self, method, arguments) -> method.getName().equals("getRealm") ? realm(realmId) : clientId);
    }

    private Optional<CsrfToken> read(String text) {
        return CsrfToken.read(session, client, ORIGIN, text);
    }

    @Test
    void is_good_for_its_client_origin_and_realm_alone() {
        String text = CsrfToken.issue(session, client, ORIGIN, "nonce");
        assertThat(read(text)).isPresent();
        assertThat(CsrfToken.read(session, client("realm", "other"), ORIGIN, text))
                .isEmpty();
        assertThat(CsrfToken.read(session, client("other", "app"), ORIGIN, text))
                .isEmpty();
        assertThat(CsrfToken.read(session, client, ORIGIN + ".evil", text)).isEmpty();
        assertThat(CsrfToken.read(session, client, "", text)).isEmpty();
        assertThat(CsrfToken.read(session("another realm's secret"), client, ORIGIN, text))
                .isEmpty();
    }

    @Test
    void is_good_for_ten_minutes() {
        String text = CsrfToken.issue(session, client, ORIGIN, "nonce");
        Time.setOffset(598);
        assertThat(read(text)).isPresent();
        Time.setOffset(601);
        assertThat(read(text)).isEmpty();
    }

    @Test
    void is_used_up_once_in_its_realm() {
        CsrfToken token =
                read(CsrfToken.issue(session, client, ORIGIN, "nonce")).orElseThrow();
        String text = CsrfToken.issue(session, client, ORIGIN, "nonce");
        assertThat(token.useUp(session, client.getRealm())).isTrue();
        assertThat(token.useUp(session, client.getRealm())).isFalse();
        assertThat(read(text)).as("another one").isPresent();
        assertThat(used).allSatisfy(key -> assertThat(key.toString()).startsWith("realm|"));
    }

    @Test
    void goes_with_the_cookie_that_it_was_made_beside() {
        CsrfToken token =
                read(CsrfToken.issue(session, client, ORIGIN, "nonce")).orElseThrow();
        assertThat(token.goesWith(List.of("nonce"))).isTrue();
        assertThat(token.goesWith(List.of("planted", "nonce"))).isTrue();
        assertThat(token.goesWith(List.of("nonce2"))).isFalse();
        assertThat(token.goesWith(List.of(""))).isFalse();
        assertThat(token.goesWith(List.of())).isFalse();
    }

    @Test
    void T2_what_another_key_of_the_realm_signed_is_none() {
        byte[] payload = Arrays.copyOf(
                UrlBase64.decode(CsrfToken.issue(session, client, ORIGIN, "nonce"))
                        .orElseThrow(),
                56);
        for (DerivedKeys.Kind kind : DerivedKeys.Kind.values()) {
            byte[] key = DerivedKeys.active(session, client.getRealm(), kind);
            byte[] signature = DerivedKeys.hmac(
                    key,
                    payload,
                    ORIGIN.getBytes(StandardCharsets.UTF_8),
                    new byte[1],
                    "app".getBytes(StandardCharsets.UTF_8));
            String text = UrlBase64.encode(
                    ByteBuffer.allocate(88).put(payload).put(signature).array());
            assertThat(read(text).isPresent()).as(kind.name()).isEqualTo(kind == DerivedKeys.Kind.CSRF_TOKEN);
        }
    }

    @Test
    void what_is_no_token_is_none() {
        String text = CsrfToken.issue(session, client, ORIGIN, "nonce");
        for (String bad :
                List.of("", "x", "%", "x".repeat(1_000), text + "A", text + "=", text.substring(1), text + text)) {
            assertThat(read(bad)).as(bad).isEmpty();
        }
    }

    @Test
    void a_nonce_is_sixteen_bytes() {
        assertThat(CsrfToken.isNonce(CsrfToken.freshNonce())).isTrue();
        for (String bad : List.of("", "x", CsrfToken.freshNonce() + "A", "x".repeat(1_000), "a b")) {
            assertThat(CsrfToken.isNonce(bad)).as(bad).isFalse();
        }
    }
}
