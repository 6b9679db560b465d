package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.UserSessionManager;

/**
 * A user's password or email was changed, by whatever door. What was handed out before may be in the hands of the one who
 * is the reason for it, so it ends (T27): sessions here, the rest by whoever hears this event, in the same transaction.
 */
public record CredentialsChanged(KeycloakSession session, RealmModel realm, UserModel user) implements ProviderEvent {

    private static final String KEPT = "mint.kept-session";

    /** The session that makes the change stays. */
    public static void keep(KeycloakSession session, UserSessionModel userSession) {
        session.setAttribute(KEPT, userSession.getId());
    }

    /** Ends every session of {@code user} but the one that makes the change, and tells the rooms. */
    public static void announce(KeycloakSession session, RealmModel realm, UserModel user) {
        endSessions(session, realm, user);
        session.getKeycloakSessionFactory().publish(new CredentialsChanged(session, realm, user));
    }

    static void endSessions(KeycloakSession session, RealmModel realm, UserModel user) {
        Optional<String> kept = kept(session);
        List<UserSessionModel> others = Stream.concat(
                        session.sessions().getUserSessionsStream(realm, user),
                        session.sessions().getOfflineUserSessionsStream(realm, user))
                .toList();
        others.forEach(found -> {
            if (kept.filter(found.getId()::equals).isEmpty()) {
                AuthenticationManager.backchannelLogout(session, found, true);
            } else if (found.isOffline()) {
                // a logout of this one would take the session of the same id, which stays, with it
                new UserSessionManager(session).revokeOfflineUserSession(found);
            }
        });
    }

    /** Ours, or that of the browser in which a page of Keycloak runs (AuthenticatorUtil), or of the token that calls. */
    private static Optional<String> kept(KeycloakSession session) {
        return Optional.ofNullable(session.getAttribute(KEPT, String.class))
                .or(() -> Optional.ofNullable(session.getContext().getAuthenticationSession())
                        .map(pages -> pages.getParentSession().getId()))
                .or(() -> Optional.ofNullable(session.getContext().getUserSession())
                        .map(UserSessionModel::getId));
    }
}
