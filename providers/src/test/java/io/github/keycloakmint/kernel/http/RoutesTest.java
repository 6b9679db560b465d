package io.github.keycloakmint.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSessionFactory;

class RoutesTest {

    private static CapabilityFactory capability(String name, boolean active, String... paths) {
        List<Endpoint> endpoints = Stream.of(paths)
                .map(path -> new Endpoint(
                        Area.AUTH,
                        path,
                        name,
                        Map.of("POST", call -> Reply.noContent()),
                        PlainErrors.SHAPE,
                        Fault.NOT_FOUND))
                .toList();
        return FreshSessions.proxy(
                CapabilityFactory.class,
                (self, method, arguments) -> method.getName().equals("endpoints") ? endpoints : (Object) active);
    }

    private static Routes routes(CapabilityFactory... capabilities) {
        return Routes.of(FreshSessions.proxy(
                KeycloakSessionFactory.class,
                (self, method, arguments) ->
                        arguments[0].equals(Capability.class) ? Stream.of(capabilities) : Stream.empty()));
    }

    private static String found(Routes routes, String path) {
        Routes.Match match = routes.find(Area.AUTH, path).orElseThrow();
        return match.endpoint().capability() + (match.active() ? " on" : " off");
    }

    @Test
    void where_two_capabilities_have_a_path_one_that_is_on_answers() {
        CapabilityFactory off = capability("first", false, "sign-out", "first-only");
        CapabilityFactory on = capability("second", true, "sign-out");
        assertThat(found(routes(off, on), "sign-out")).isEqualTo("second on");
        assertThat(found(routes(on, off), "sign-out")).isEqualTo("second on");
        assertThat(found(routes(off, on), "first-only")).isEqualTo("first off");
        assertThat(found(routes(off, off), "sign-out")).isEqualTo("first off");
    }

    @Test
    void a_path_has_one_spelling() {
        Routes routes = routes(capability("x", true, "sign-out", "things/{id}"));
        for (String path :
                List.of("sign-out/", "/sign-out", "Sign-out", "sign%2Dout", "things", "things/", "things/1/2")) {
            assertThat(routes.find(Area.AUTH, path)).as(path).isEmpty();
        }
        assertThat(routes.find(Area.AUTH, "things/a%2Fb").orElseThrow().parameters())
                .isEqualTo(Map.of("id", "a/b"));
    }

    @Test
    void a_tail_takes_whatever_comes_behind_and_nothing_else() {
        Routes routes = routes(capability("x", true, "verify", "verify/**"), capability("y", true, "me"));
        for (String path :
                List.of("verify/", "verify/a", "verify/a//b/", "verify/%2e%2e/me", "verify/../me", "verify/%zz")) {
            Routes.Match match = routes.find(Area.AUTH, path).orElseThrow();
            assertThat(match.endpoint().path()).as(path).isEqualTo("verify/**");
            assertThat(match.parameters()).as(path).isEmpty();
        }
        assertThat(routes.find(Area.AUTH, "verify").orElseThrow().endpoint().path())
                .isEqualTo("verify");
        for (String path : List.of("verify2", "xverify/a", "Verify/a", "a/verify/b")) {
            assertThat(routes.find(Area.AUTH, path)).as(path).isEmpty();
        }
    }
}
