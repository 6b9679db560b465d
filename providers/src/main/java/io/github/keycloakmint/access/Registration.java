package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.http.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
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
            return false;
        } catch (ValidationException e) {
            e.getErrors().stream().filter(TAKEN.negate()).findFirst().ifPresent(this::refuse);
            return true;
        }
    }

    /** The new user, enabled, his password set; empty where the email was taken meanwhile. */
    Optional<UserModel> create() {
        UserModel user;
        try {
            user = profile().create();
        } catch (ValidationException e) {
            e.getErrors().stream().filter(TAKEN.negate()).findFirst().ifPresent(this::refuse);
            return Optional.empty();
        }
        user.setEnabled(true);
        new PasswordRules(session, realm).set(user, request.password());
        return Optional.of(user);
    }

    /** The work of hashing the password that comes with an email that is taken. */
    void hashInVain() {
        PasswordPolicy policy = realm.getPasswordPolicy();
        String algorithm = policy.getHashAlgorithm();
        PasswordHashProvider hash = algorithm == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, algorithm);
        hash.encodedCredential(request.password(), policy.getHashIterations());
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
