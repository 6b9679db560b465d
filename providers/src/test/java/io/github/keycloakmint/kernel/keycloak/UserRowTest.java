package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.jpa.entities.UserEntity;

class UserRowTest {

    /** Without a bound PostgreSQL waits for ever, a thread and a connection each. */
    @Test
    void a_row_is_waited_for_two_seconds_at_the_most() {
        AtomicReference<List<Object>> found = new AtomicReference<>();
        EntityManager entities = FreshSessions.proxy(EntityManager.class, (self, method, arguments) -> {
            found.set(Arrays.asList(arguments));
            return null;
        });
        JpaConnectionProvider connection =
                FreshSessions.proxy(JpaConnectionProvider.class, (self, method, arguments) -> entities);
        KeycloakSession session = FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> connection);
        RealmModel realm = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> "realm");

        assertThat(UserRow.lock(session, realm, "user")).isEmpty();
        assertThat(found.get())
                .containsExactly(
                        UserEntity.class,
                        "user",
                        LockModeType.PESSIMISTIC_WRITE,
                        Map.of("jakarta.persistence.lock.timeout", 2_000));
    }
}
