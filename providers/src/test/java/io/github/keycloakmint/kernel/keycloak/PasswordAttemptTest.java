package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserLoginFailureProvider;
import org.keycloak.models.UserModel;

class PasswordAttemptTest {

    @Test
    void a_reset_forgives_wrong_passwords_and_no_wrong_one_time_passwords() {
        List<String> calls = new ArrayList<>();
        UserLoginFailureModel failures = FreshSessions.proxy(UserLoginFailureModel.class, (self, method, arguments) -> {
            calls.add(method.getName());
            return null;
        });
        UserLoginFailureProvider provider =
                FreshSessions.proxy(UserLoginFailureProvider.class, (self, method, arguments) -> {
                    calls.add(method.getName());
                    return failures;
                });
        KeycloakSession session = FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> provider);
        RealmModel realm = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> null);
        UserModel user = FreshSessions.proxy(UserModel.class, (self, method, arguments) -> "id");

        PasswordAttempt.forgive(session, realm, user);
        assertThat(calls).containsExactly("getUserLoginFailure", "clearFailures");
    }
}
