package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * What a user could be got into by before somebody showed that its email is his. Whoever signs up with somebody else's
 * email may have left a password, passkeys, one-time passwords and links to identity providers behind.
 */
public final class EarlierWaysIn {

    private EarlierWaysIn() {}

    /** Removes them all and ends what was started through them. */
    public static void remove(KeycloakSession session, RealmModel realm, UserModel user) {
        List<String> credentials = user.credentialManager()
                .getStoredCredentialsStream()
                .map(CredentialModel::getId)
                .toList();
        credentials.forEach(user.credentialManager()::removeStoredCredentialById);
        List<String> providers = session.users()
                .getFederatedIdentitiesStream(realm, user)
                .map(FederatedIdentityModel::getIdentityProvider)
                .toList();
        providers.forEach(provider -> session.users().removeFederatedIdentity(realm, user, provider));
        CredentialsChanged.announce(session, realm, user);
    }
}
