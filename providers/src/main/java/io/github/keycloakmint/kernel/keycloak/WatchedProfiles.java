package io.github.keycloakmint.kernel.keycloak;

import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.DeclarativeUserProfileProvider;
import org.keycloak.userprofile.DeclarativeUserProfileProviderFactory;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/**
 * Keycloak's user profiles, which admin REST, account console and Keycloak's pages change users through: the one place that
 * knows an email before and after, whoever changes it. A changed one is announced (T27).
 */
final class WatchedProfiles extends DeclarativeUserProfileProvider {

    /** Those in which there is no user yet, or one that is not stored (IdpReviewProfileAuthenticator). */
    private static final Set<UserProfileContext> NOBODY_YET =
            Set.of(UserProfileContext.REGISTRATION, UserProfileContext.IDP_REVIEW);

    private final KeycloakSession session;

    WatchedProfiles(KeycloakSession session, DeclarativeUserProfileProviderFactory factory) {
        super(session, factory);
        this.session = session;
    }

    @Override
    public UserProfile create(UserProfileContext context, UserModel user) {
        return watched(context, super.create(context, user));
    }

    @Override
    public UserProfile create(UserProfileContext context, Map<String, ?> attributes, UserModel user) {
        return watched(context, super.create(context, attributes, user));
    }

    private UserProfile watched(UserProfileContext context, UserProfile profile) {
        return NOBODY_YET.contains(context) ? profile : new WatchedProfile(session, profile);
    }
}
