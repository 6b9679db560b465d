package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;

/** Takes a user back who was made a moment ago, when what was to follow did not come about. */
public final class UndoneUser {

    private UndoneUser() {}

    /** @param account that was made for him and has nobody else in it. True where there was such a user */
    public static boolean remove(KeycloakSession session, String userId, Optional<String> account) {
        RealmModel realm = session.getContext().getRealm();
        OrganizationProvider organizations = session.getProvider(OrganizationProvider.class);
        account.flatMap(id -> Optional.<OrganizationModel>ofNullable(organizations.getById(id)))
                .ifPresent(organizations::remove);
        return Optional.<UserModel>ofNullable(session.users().getUserById(realm, userId))
                .filter(user -> new UserManager(session).removeUser(realm, user))
                .isPresent();
    }
}
