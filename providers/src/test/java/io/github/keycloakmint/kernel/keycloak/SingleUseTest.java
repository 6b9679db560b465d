package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;

/** Keycloak may keep these in the database; then what the request's transaction does to them must not count. */
class SingleUseTest {

    private final Set<Object> stored = new HashSet<>();
    private int failures;

    private final FreshSessions sessions = new FreshSessions(
            FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> "test"),
            (self, method, arguments) -> objects());

    @Test
    void a_claim_is_made_and_committed_outside_the_requests_transaction() {
        SingleUse used = SingleUse.of(sessions.request());
        assertThat(used.claim("key", 60)).isTrue();
        assertThat(sessions.opened()).isOne();
        assertThat(sessions.open()).isZero();
        assertThat(used.claim("key", 60)).isFalse();
    }

    @Test
    void a_claim_that_another_transaction_came_in_the_way_of_is_made_again() {
        failures = 2;
        assertThat(SingleUse.of(sessions.request()).claim("key", 60)).isTrue();
        assertThat(sessions.opened()).isEqualTo(3);
    }

    @Test
    void to_look_costs_no_transaction() {
        SingleUse used = SingleUse.of(sessions.request((self, method, arguments) -> objects()));
        assertThat(used.claimed("key")).isFalse();
        assertThat(sessions.opened()).isZero();
    }

    @Test
    void what_is_given_back_can_be_claimed_again() {
        SingleUse used = SingleUse.of(sessions.request());
        used.claim("key", 60);
        used.release("key");
        assertThat(used.claim("key", 60)).isTrue();
        assertThat(sessions.open()).isZero();
    }

    private SingleUseObjectProvider objects() {
        return FreshSessions.proxy(SingleUseObjectProvider.class, (self, method, arguments) -> {
            if (failures-- > 0) {
                throw new ModelDuplicateException("beside");
            }
            return switch (method.getName()) {
                case "putIfAbsent" -> stored.add(arguments[0]);
                case "remove" -> stored.remove(arguments[0]) ? Map.of() : null;
                default -> stored.contains(arguments[0]);
            };
        });
    }
}
