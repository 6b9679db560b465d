package io.github.keycloakmint.mint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.kernel.Options;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;

class MintSettingsTest {

    private static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static MintSettings settings(Map<String, String> options, Map<String, String> environment) {
        return MintSettings.of(new Options("mint-capability", "token-for-email", scope(options)), environment::get);
    }

    private static Config.Scope scope(Map<String, String> values) {
        return (Config.Scope) java.lang.reflect.Proxy.newProxyInstance(
                MintSettingsTest.class.getClassLoader(),
                new Class<?>[] {Config.Scope.class},
                (proxy, method, arguments) -> values.get((String) arguments[0]));
    }

    @Test
    void an_unset_secret_matches_nothing() {
        MintSettings settings = settings(Map.of(), Map.of());
        assertThat(settings.matches("")).isFalse();
        assertThat(settings.matches(random())).isFalse();
    }

    @Test
    void a_short_secret_is_an_unset_one() {
        String tooShort = random().substring(1);
        assertThat(settings(Map.of(), Map.of("TRIBE_SERVICE_MINT_SECRET", tooShort))
                        .matches(tooShort))
                .isFalse();
    }

    @Test
    void during_a_rotation_both_secrets_match() {
        String current = random();
        String previous = random();
        MintSettings settings =
                settings(Map.of("previous-secret", previous), Map.of("TRIBE_SERVICE_MINT_SECRET", current));
        assertThat(settings.matches(current)).isTrue();
        assertThat(settings.matches(previous)).isTrue();
        assertThat(settings.matches(random())).isFalse();
    }

    @Test
    void a_previous_secret_alone_opens_nothing() {
        String previous = random();
        assertThat(settings(Map.of("previous-secret", previous), Map.of()).matches(previous))
                .isFalse();
    }

    @Test
    void no_realm_takes_the_secret_unless_it_is_listed() {
        assertThat(settings(Map.of(), Map.of()).acceptsSecretIn("demo")).isFalse();
        assertThat(settings(Map.of("shared-secret-realms", "demo"), Map.of()).acceptsSecretIn("other"))
                .isFalse();
        assertThat(settings(Map.of("shared-secret-realms", "*"), Map.of()).acceptsSecretIn("other"))
                .isTrue();
    }

    @Test
    void the_secret_header_can_not_be_authorization() {
        assertThatThrownBy(() -> settings(Map.of("secret-header", "authorization"), Map.of()))
                .hasMessageContaining("secret-header");
    }
}
