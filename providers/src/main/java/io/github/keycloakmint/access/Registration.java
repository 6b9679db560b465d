package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;

/**
 * Keycloak's registration without its form: the realm's user profile and password policy decide, its default roles, groups
 * and required actions apply (RegistrationUserCreation, RegistrationPassword). The email is the username.
 */
final class Registration {

    /** Messages.EMAIL_EXISTS and USERNAME_EXISTS of Keycloak. */
    private static final Predicate<ValidationException.Error> TAKEN =
            error -> error.getMessage().equals("emailExistsMessage")
                    || error.getMessage().equals("usernameExistsMessage");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final SignUpRequest request;

    Registration(KeycloakSession session, RealmModel realm, SignUpRequest request) {
        this.session = session;
        this.realm = realm;
        this.request = request;
    }

    /**
     * Whether the email is somebody's already.
     *
     * @throws Refusal 400 that says what is wrong with the rest, the same whether it is or not
     */
    boolean taken() {
        new PasswordRules(session, realm).check(request.email(), request.password());
        try {
            profile().validate();
        } catch (ValidationException e) {
            e.getErrors().stream().filter(TAKEN.negate()).findFirst().ifPresent(this::refuse);
            return true;
        }
        return shared();
    }

    /** The new user, enabled, without a password; empty where the email was taken meanwhile. */
    Optional<UserModel> create() {
        UserModel user;
        try {
            if (shared()) {
                return Optional.empty();
            }
            user = profile().create();
        } catch (ValidationException e) {
            e.getErrors().stream().filter(TAKEN.negate()).findFirst().ifPresent(this::refuse);
            return Optional.empty();
        }
        user.setEnabled(true);
        return Optional.of(user);
    }

    /** Where Keycloak lets several users have one email, a sign-up with somebody's would lock him out (no door takes two). */
    private boolean shared() {
        if (!realm.isDuplicateEmailsAllowed()) {
            return false;
        }
        UserDirectory.Found found = new UserDirectory(session, realm).byEmail(request.email());
        return found.ambiguous() || found.user().isPresent();
    }

    private UserProfile profile() {
        Map<String, List<String>> attributes = new HashMap<>();
        attributes.put(UserModel.USERNAME, List.of(request.email()));
        attributes.put(UserModel.EMAIL, List.of(request.email()));
        request.firstName().ifPresent(name -> attributes.put(UserModel.FIRST_NAME, List.of(name)));
        request.lastName().ifPresent(name -> attributes.put(UserModel.LAST_NAME, List.of(name)));
        return session.getProvider(UserProfileProvider.class).create(UserProfileContext.REGISTRATION, attributes);
    }

    private void refuse(ValidationException.Error error) {
        String text = new KeycloakText(session, realm).of(error.getMessage(), error.getMessageParameters());
        throw Refusal.badInput("`" + request.member(error.getAttribute()) + "`: " + text, "user_profile");
    }
}
