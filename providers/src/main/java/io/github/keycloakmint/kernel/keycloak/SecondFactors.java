package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.WebAuthnCredentialModel;

/**
 * Second factors that a user has set up. Keycloak's direct-grant flow knows OTP at most, and a flow may leave it out: a
 * password alone is not enough for somebody who has more (T28).
 */
final class SecondFactors {

    private static final List<String> KINDS = List.of(
            OTPCredentialModel.TYPE,
            WebAuthnCredentialModel.TYPE_TWOFACTOR,
            WebAuthnCredentialModel.TYPE_PASSWORDLESS,
            RecoveryAuthnCodesCredentialModel.TYPE);

    private SecondFactors() {}

    /** The challenge for a user who has some and of whom the flow has asked none. */
    static Optional<String> missing(KeycloakSession session, UserSessionModel userSession) {
        UserModel user = userSession.getUser();
        Set<String> set = KINDS.stream()
                .filter(kind -> user.credentialManager().isConfiguredFor(kind))
                .collect(Collectors.toSet());
        if (set.isEmpty() || asked(session, userSession).anyMatch(KINDS::contains)) {
            return Optional.empty();
        }
        return KINDS.stream().filter(set::contains).map(ChallengeName::of).findFirst();
    }

    /** Kinds of credentials that the executions of the flow, as the session has them, have verified. */
    private static Stream<String> asked(KeycloakSession session, UserSessionModel userSession) {
        RealmModel realm = userSession.getRealm();
        return AuthenticatorUtils.parseCompletedExecutions(userSession.getNote(Constants.AUTHENTICATORS_COMPLETED))
                .keySet()
                .stream()
                .flatMap(id -> Optional.ofNullable(realm.getAuthenticationExecutionById(id)).stream())
                .flatMap(execution -> Optional.ofNullable(execution.getAuthenticator()).stream())
                .flatMap(id -> Optional.ofNullable((AuthenticatorFactory)
                                session.getKeycloakSessionFactory().getProviderFactory(Authenticator.class, id))
                        .stream())
                .flatMap(factory -> Optional.ofNullable(factory.getReferenceCategory()).stream());
    }
}
