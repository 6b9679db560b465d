package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyManagerProvider;
import org.keycloak.policy.PolicyError;
import org.keycloak.storage.ReadOnlyException;

/** The realm's password policy, and passwords set under it. */
final class PasswordRules {

    private final KeycloakSession session;
    private final RealmModel realm;

    PasswordRules(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** @throws Refusal 400 that says which rule {@code password} breaks for a user who is not there yet */
    void check(String username, String password) {
        refuse(session.getProvider(PasswordPolicyManagerProvider.class).validate(username, password));
    }

    /** @throws Refusal 400 that says which rule {@code password} breaks for {@code user}, his former passwords included */
    void check(UserModel user, String password) {
        refuse(session.getProvider(PasswordPolicyManagerProvider.class).validate(realm, user, password));
    }

    /** @throws Refusal 403 where the user's directory keeps the password and lets nobody change it */
    void set(UserModel user, String password) {
        try {
            if (!user.credentialManager().updateCredential(UserCredentialModel.password(password))) {
                throw Refusal.of(Fault.FORBIDDEN, "The password can't be changed here", "password_not_stored");
            }
        } catch (ReadOnlyException e) {
            throw Refusal.of(Fault.FORBIDDEN, "The password can't be changed here", "password_read_only");
        } catch (ModelException e) {
            // a directory has rules of its own, which Keycloak has words for; whatever else goes wrong is wrapped in
            // one of
            // these as well (PasswordCredentialProvider.createCredential), and its text is no caller's business
            KeycloakText texts = new KeycloakText(session, realm);
            if (FreshTransaction.contended(e) || e.getMessage() == null || !texts.knows(e.getMessage())) {
                throw e;
            }
            throw Refusal.badInput(texts.of(e.getMessage(), e.getParameters()), "password_policy");
        }
    }

    private void refuse(@Nullable PolicyError error) {
        if (error != null) {
            String text = new KeycloakText(session, realm).of(error.getMessage(), error.getParameters());
            throw Refusal.badInput(text, "password_policy");
        }
    }
}
