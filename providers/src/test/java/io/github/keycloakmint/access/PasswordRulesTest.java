package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import jakarta.persistence.OptimisticLockException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SubjectCredentialManager;
import org.keycloak.models.ThemeManager;
import org.keycloak.models.UserModel;
import org.keycloak.theme.Theme;

class PasswordRulesTest {

    private static Throwable setting(ModelException failure) {
        Properties messages = new Properties();
        messages.setProperty("invalidPasswordMinLengthMessage", "Invalid password: minimum length {0}.");
        Theme theme = FreshSessions.proxy(Theme.class, (self, method, arguments) -> messages);
        ThemeManager themes = FreshSessions.proxy(ThemeManager.class, (self, method, arguments) -> theme);
        KeycloakSession session = FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> themes);
        RealmModel realm = FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> null);
        SubjectCredentialManager credentials =
                FreshSessions.proxy(SubjectCredentialManager.class, (self, method, arguments) -> {
                    throw failure;
                });
        UserModel user = FreshSessions.proxy(UserModel.class, (self, method, arguments) -> credentials);
        return catchThrowable(() -> new PasswordRules(session, realm).set(user, "any"));
    }

    @Test
    void a_rule_of_a_directory_is_a_refusal() {
        assertThat(setting(new ModelException("invalidPasswordMinLengthMessage", new Object[] {9})))
                .isInstanceOf(Refusal.class)
                .hasMessage("password_policy");
    }

    @Test
    void the_text_of_whatever_else_fails_is_told_to_nobody() {
        ModelException failure = new ModelException(
                "could not execute {statement} [insert into CREDENTIAL]", new IllegalStateException("deeper"));
        assertThat(setting(failure)).isSameAs(failure);
    }

    @Test
    void a_lost_race_goes_on_to_whoever_tries_again() {
        ModelException failure =
                new ModelException("invalidPasswordMinLengthMessage", new OptimisticLockException("row"));
        assertThat(setting(failure)).isSameAs(failure);
    }
}
