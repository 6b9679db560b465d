package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.sessions.AuthenticationSessionModel;

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
        List<UserSessionModel> others = Stream.concat(
                        session.sessions().getUserSessionsStream(realm, user),
                        session.sessions().getOfflineUserSessionsStream(realm, user))
                .filter(found -> !found.getId().equals(kept(session)))
                .toList();
        others.forEach(found -> AuthenticationManager.backchannelLogout(session, found, true));
        session.getKeycloakSessionFactory().publish(new CredentialsChanged(session, realm, user));
    }

    /** Ours, or that of the browser in which a required action of Keycloak's pages runs (AuthenticatorUtil). */
    private static @Nullable String kept(KeycloakSession session) {
        @Nullable String ours = session.getAttribute(KEPT, String.class);
        @Nullable AuthenticationSessionModel pages = session.getContext().getAuthenticationSession();
        return ours != null || pages == null ? ours : pages.getParentSession().getId();
    }
}
