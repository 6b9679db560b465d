package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.userprofile.DeclarativeUserProfileProvider;
import org.keycloak.userprofile.DeclarativeUserProfileProviderFactory;

/** Takes the place of Keycloak's factory of the same id, whose options and realms' profiles go on to work. */
public final class WatchedProfilesFactory extends DeclarativeUserProfileProviderFactory {

    @Override
    public DeclarativeUserProfileProvider create(KeycloakSession session) {
        return new WatchedProfiles(session, this);
    }

    @Override
    public int order() {
        return 100;
    }
}
