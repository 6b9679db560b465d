package io.github.keycloakmint.external;

import java.util.Set;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.WebAuthnCredentialModel;
import org.keycloak.storage.StorageId;

/** Ways into an account that the issuer of a token has no part in: who has one may be another than the issuer's user. */
final class OtherDoors {

    /** What somebody signs in with; a second factor alone opens nothing, nor does an API key make him another person. */
    private static final Set<String> OPENING =
            Set.of(PasswordCredentialModel.TYPE, WebAuthnCredentialModel.TYPE_PASSWORDLESS);

    private OtherDoors() {}

    /**
     * A password, a passkey, a directory behind the user, or a link to an identity provider other than {@code alias}. No
     * query when the user is cached: his credentials and links are cached with him (CachedUser.getStoredCredentials,
     * UserCacheSession.getFederatedIdentitiesStream).
     */
    static boolean any(KeycloakSession session, RealmModel realm, UserModel user, String alias) {
        return user.isFederated()
                || !StorageId.isLocalStorage(user.getId())
                || user.credentialManager()
                        .getStoredCredentialsStream()
                        .map(CredentialModel::getType)
                        .anyMatch(OPENING::contains)
                || session.users()
                        .getFederatedIdentitiesStream(realm, user)
                        .anyMatch(link -> !link.getIdentityProvider().equals(alias));
    }
}
