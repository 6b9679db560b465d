package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransaction;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

/** What the session remembers of a refresh when the transaction commits. */
class RefreshTurnTest {

    private final List<KeycloakTransaction> prepared = new ArrayList<>();
    private final List<Object> notes = new ArrayList<>();

    @Test
    void a_successor_that_left_is_remembered() {
        finished(false);
        assertThat(notes).isNotEmpty();
    }

    @Test
    void a_successor_that_Keycloak_refused_after_all_is_not() {
        finished(true);
        assertThat(notes).isEmpty();
    }

    private void finished(boolean refused) {
        RefreshToken token = token("old");
        RefreshPlace place = RefreshPlace.of(token).orElseThrow();
        new RefreshTurn(session(), named(RealmModel.class), named(ClientModel.class), token, place, Duration.ZERO)
                .finish(
                        token("new"),
                        FreshSessions.proxy(AuthenticatedClientSessionModel.class, (self, method, arguments) -> {
                            notes.add(arguments[0]);
                            return null;
                        }),
                        () -> refused);
        assertThat(prepared).hasSize(1);
        prepared.get(0).begin();
        prepared.get(0).commit();
    }

    private static RefreshToken token(String id) {
        AccessToken access = new AccessToken();
        access.setSessionId("session");
        RefreshToken token = new RefreshToken(access, null, null);
        token.id(id);
        return token;
    }

    private static <T> T named(Class<T> type) {
        return FreshSessions.proxy(type, (self, method, arguments) -> method.getName());
    }

    private KeycloakSession session() {
        KeycloakTransactionManager transactions =
                FreshSessions.proxy(KeycloakTransactionManager.class, (self, method, arguments) -> {
                    prepared.add((KeycloakTransaction) arguments[0]);
                    return null;
                });
        return FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> transactions);
    }
}
