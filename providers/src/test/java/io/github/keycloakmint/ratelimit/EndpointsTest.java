package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import io.github.keycloakmint.kernel.limits.Limiter.Kind;
import java.util.HashSet;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;

/** No endpoint is forgotten: whoever adds one says what its limits are, or that it has none. */
class EndpointsTest {

    private static Set<String> ofCapabilities() {
        Config.Scope unset = FreshSessions.proxy(
                Config.Scope.class,
                (self, method, arguments) -> method.getName().equals("getPropertyNames") ? Set.of() : null);
        return ServiceLoader.load(CapabilityFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .peek(factory -> factory.init(unset))
                .flatMap(factory -> factory.endpoints().stream())
                .filter(endpoint -> endpoint.area() != Area.ADMIN)
                .map(Endpoint::capability)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void every_endpoint_has_a_limit_as_shipped_or_is_known_to_have_none() {
        Set<String> known = shipped(rule -> true);
        known.addAll(ShippedCalls.WITHOUT);
        known.removeIf(name -> name.equals("mails") || name.startsWith("keycloak-"));
        assertThat(ofCapabilities()).isEqualTo(known);
    }

    /** By a call, or in a test of its own: LimitsIT for callers, MailBudgetIT for mails. */
    @Test
    void every_limit_that_is_shipped_is_asked_for_over_http() {
        for (Kind kind : Set.of(Kind.ADDRESS, Kind.FAILURE, Kind.TARGET)) {
            Set<String> asked = new HashSet<>(ShippedCalls.names(kind));
            asked.removeAll(ShippedCalls.WITHOUT);
            if (kind == Kind.TARGET) {
                asked.addAll(ShippedCalls.BY_FOREIGN_TOKENS);
            }
            assertThat(asked).as("%s", kind).isEqualTo(shipped(rule -> rule.kind() == kind));
        }
        assertThat(shipped(rule -> rule.kind() == Kind.CALLER)).containsExactly("token-for-email");
        assertThat(shipped(rule -> rule.kind() == Kind.CLIENT || rule.kind() == Kind.KEY))
                .isEmpty();
    }

    private static Set<String> shipped(Predicate<Rule> which) {
        return ShippedLimits.all().keySet().stream()
                .filter(which)
                .map(Rule::capability)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
