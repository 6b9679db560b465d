package io.github.keycloakmint.kernel.keycloak;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * A user's credentials for a session, by the client's own direct-grant flow at Keycloak's own token endpoint: client
 * authentication, brute-force protection, required actions and client policies are Keycloak's.
 */
public final class DirectGrant {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;
    private Optional<String> begun = Optional.empty();

    public DirectGrant(KeycloakSession session, RealmModel realm, ClientModel client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
    }

    /**
     * What a user shows.
     *
     * @param user whose email was given; empty where nobody has it, and then everything is done all the same
     */
    public record Credentials(String email, Optional<UserModel> user, String password, Optional<String> totp) {
        @Override
        public String toString() {
            return "Credentials"; // a password gets into no log by accident
        }
    }

    /** Told of the session while it has no tokens yet; what it throws undoes everything. */
    @FunctionalInterface
    public interface Starting {
        void on(UserModel user, AuthenticatedClientSessionModel clientSession);
    }

    /** How it ended. */
    public sealed interface Result {}

    /** @param details what Keycloak's own login event would say */
    public record Granted(UserModel user, SessionTokens.Issued tokens, String sessionId, Map<String, String> details)
            implements Result {}

    /** The credentials are not right, or their user may not sign in; nobody but the log is told which. */
    public record Refused(String cause) implements Result {}

    /** The credentials are right, and not enough. {@code challenge} is what is missing. */
    public record Challenged(UserModel user, String challenge) implements Result {}

    /** The client did not authenticate. */
    public record ClientRefused(String cause) implements Result {}

    /** The client may not do this: its policies or settings are against it. */
    public record Forbidden(String cause) implements Result {}

    /** A second factor is missing: thrown out of Keycloak's grant while the session has no tokens yet. */
    private static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Challenged challenged;

        Missing(Challenged challenged) {
            super("second factor", null, false, false);
            this.challenged = challenged;
        }
    }

    /**
     * Anything but {@link Granted} is to be refused. What was written on the way is then either undone with the transaction,
     * or kept without the session that may have begun: see {@link #end}.
     *
     * @param patience how long to wait for another attempt of the same user that is under way
     */
    public Result grant(Credentials credentials, Duration patience, Starting starting) {
        credentials.user().ifPresent(user -> LoginTurn.await(session, realm, user, patience));
        HeldEvents events = new HeldEvents(realm, session, userSession -> started(userSession, starting));
        try {
            TokenEndpointCall.Outcome outcome = TokenEndpointCall.with(session, form(credentials), events);
            return switch (outcome.ending()) {
                case TOKENS -> granted(outcome.tokens().orElseThrow(), events);
                case FLOW -> byFlow(credentials, events);
                case ERROR -> byEndpoint(credentials, events);
            };
        } catch (Missing missing) {
            return missing.challenged;
        }
    }

    /**
     * Takes back the session that began, if one did, and nothing else: a one-time password that was looked at stays used, and
     * Keycloak's brute-force protection goes on holding the user's next attempt until it has counted this one, which it does
     * not after a rollback (DefaultBlockingBruteForceProtector).
     */
    public void end() {
        begun.ifPresent(id -> {
            Optional.ofNullable(session.sessions().getUserSession(realm, id))
                    .ifPresent(online -> session.sessions().removeUserSession(realm, online));
            Optional.ofNullable(session.sessions().getOfflineUserSession(realm, id))
                    .ifPresent(offline -> session.sessions().removeOfflineUserSession(realm, offline));
        });
    }

    private Map<String, String> form(Credentials credentials) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put(OAuth2Constants.GRANT_TYPE, OAuth2Constants.PASSWORD);
        form.put(OAuth2Constants.CLIENT_ID, client.getClientId());
        form.put(OAuth2Constants.SCOPE, OAuth2Constants.SCOPE_OPENID);
        form.put(AuthenticationManager.FORM_USERNAME, login(credentials));
        form.put(CredentialRepresentation.PASSWORD, possible(credentials.password()));
        credentials.totp().ifPresent(totp -> form.put("totp", possible(totp)));
        return form;
    }

    /** What is too long for Keycloak to take is as wrong as what nobody has. */
    private static String possible(String secret) {
        return secret.length() <= TokenEndpointCall.LONGEST_VALUE ? secret : NobodysName.fresh();
    }

    /**
     * What names exactly the user who was found: Keycloak takes an email for a username as well, and one user's username may
     * be another's email. Nobody is named by what nobody has.
     */
    private String login(Credentials credentials) {
        return credentials
                .user()
                .map(user -> realm.isLoginWithEmailAllowed() ? credentials.email() : user.getUsername())
                .orElseGet(() -> NobodysName.fresh());
    }

    private void started(UserSessionModel userSession, Starting starting) {
        begun = Optional.of(userSession.getId());
        AuthenticatedClientSessionModel clientSession =
                userSession.getAuthenticatedClientSessionByClient(client.getId());
        if (clientSession == null) {
            throw new IllegalStateException("Keycloak started a session without its client");
        }
        SecondFactors.missing(session, userSession).ifPresent(factor -> {
            throw new Missing(new Challenged(userSession.getUser(), factor));
        });
        starting.on(userSession.getUser(), clientSession);
    }

    private Result granted(AccessTokenResponse tokens, HeldEvents events) {
        @Nullable
        UserSessionModel userSession =
                session.sessions().getUserSession(realm, events.getEvent().getSessionId());
        if (userSession == null) {
            // of a client with offline_access as a default scope Keycloak removes it: those tokens can't be refreshed
            // here
            // (T25)
            return new Forbidden("offline_tokens");
        }
        AuthenticatedClientSessionModel clientSession =
                userSession.getAuthenticatedClientSessionByClient(client.getId());
        // openid is in the tokens' scope for userinfo's sake; left in the note, each refresh would sign an ID token as
        // well
        clientSession.removeNote(OAuth2Constants.SCOPE);
        return tokens.getRefreshToken() == null
                ? new Forbidden("no_refresh_tokens")
                : new Granted(
                        userSession.getUser(), SessionTokens.Issued.of(tokens), userSession.getId(), events.details());
    }

    private Result byFlow(Credentials credentials, HeldEvents events) {
        String failure = events.failure().orElse(Errors.INVALID_USER_CREDENTIALS);
        if (failure.equals(DirectGrantOtp.REQUIRED)) {
            return new Challenged(credentials.user().orElseThrow(), "otp");
        }
        credentials.user().ifPresent(user -> new DummyHash(session, realm).whereKeycloakHashedNothing(user, failure));
        return new Refused(failure);
    }

    private Result byEndpoint(Credentials credentials, HeldEvents events) {
        String failure = events.failure().orElse(Errors.INVALID_REQUEST);
        if (failure.equals(Errors.RESOLVE_REQUIRED_ACTIONS)) {
            UserModel user = credentials.user().orElseThrow();
            return new Challenged(user, new RequiredActions(session, realm).first(user));
        }
        // the grant sets it before anything else that it does, and the client has authenticated by then
        return events.details().containsKey(Details.AUTH_METHOD) ? new Forbidden(failure) : new ClientRefused(failure);
    }
}
