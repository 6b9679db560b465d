package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;

class DoorFactoryTest {

    private static Config.Scope header(String value) {
        return (Config.Scope) Proxy.newProxyInstance(
                DoorFactoryTest.class.getClassLoader(),
                new Class<?>[] {Config.Scope.class},
                (self, method, arguments) -> arguments[0].equals("forwarded-header") ? value : null);
    }

    @Test
    void another_header_stops_the_start() {
        for (String unknown : new String[] {"x-real-ip", "Forwarded,X-Forwarded-For", "both"}) {
            assertThatThrownBy(() -> new DoorFactory().init(header(unknown)))
                    .as(unknown)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--spi-mint-kernel--default--forwarded-header");
        }
        for (String known : new String[] {null, "x-forwarded-for", "forwarded"}) {
            assertThatCode(() -> new DoorFactory().init(header(known)))
                    .as(known)
                    .doesNotThrowAnyException();
        }
    }
}
