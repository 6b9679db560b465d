package io.github.keycloakmint.kernel.keycloak;

import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.CredentialProvider;
import org.keycloak.credential.PasswordCredentialProvider;
import org.keycloak.credential.PasswordCredentialProviderFactory;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.storage.StorageId;

/**
 * The password of whoever signs up, until he has shown that the email is his. Stored at once it would be a stranger's way
 * in, and signing in with it would tell that the email was free (T29). So its hash travels in the mail's token,
 * encrypted for this realm and this user, and is stored when the token comes back. One
 * message a sign-up stays far below what a key of {@link SealedText} may take, 2^32.
 */
public final class SignUpPassword {

    private static final Logger LOG = Logger.getLogger(SignUpPassword.class);

    private final KeycloakSession session;
    private final RealmModel realm;

    public SignUpPassword(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** What a mail may carry; empty for a user whose password a directory would keep. */
    public Optional<String> seal(UserModel user, String password) {
        PasswordCredentialModel hashed = hashed(password);
        if (!StorageId.isLocalStorage(user.getId()) || user.getFederationLink() != null) {
            return Optional.empty();
        }
        byte[] key = DerivedKeys.active(session, realm, DerivedKeys.Kind.SIGN_UP_PASSWORD);
        return Optional.of(
                SealedText.seal(key, context(user), hashed.getCredentialData() + '\n' + hashed.getSecretData()));
    }

    /** The work of hashing a password that nobody gets. */
    public void sealNothing(String password) {
        hashed(password);
    }

    /** Gives {@code user} the password, unless he has one by now. */
    public void store(UserModel user, String wrapped) {
        if (user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            return;
        }
        Optional<PasswordCredentialModel> opened = open(user, wrapped);
        opened.ifPresentOrElse(
                password -> passwords().createCredential(realm, user, password),
                () -> LOG.warnf(
                        "A sign-up's password in realm '%s' can't be read any more: its key is gone", realm.getName()));
    }

    private Optional<PasswordCredentialModel> open(UserModel user, String wrapped) {
        List<byte[]> keys = DerivedKeys.accepted(session, realm, DerivedKeys.Kind.SIGN_UP_PASSWORD);
        return SealedText.open(keys, context(user), wrapped).map(SignUpPassword::credential);
    }

    private String context(UserModel user) {
        return realm.getId() + '|' + user.getId();
    }

    private static PasswordCredentialModel credential(String plain) {
        int line = plain.indexOf('\n');
        CredentialModel stored = new CredentialModel();
        stored.setType(PasswordCredentialModel.TYPE);
        stored.setCredentialData(plain.substring(0, line));
        stored.setSecretData(plain.substring(line + 1));
        stored.setCreatedDate(Time.currentTimeMillis());
        return PasswordCredentialModel.createFromCredentialModel(stored);
    }

    /** As PasswordCredentialProvider does. */
    private PasswordCredentialModel hashed(String password) {
        PasswordPolicy policy = realm.getPasswordPolicy();
        String algorithm = policy.getHashAlgorithm();
        PasswordHashProvider hash = algorithm == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, algorithm);
        return hash.encodedCredential(password, policy.getHashIterations());
    }

    private PasswordCredentialProvider passwords() {
        return (PasswordCredentialProvider)
                session.getProvider(CredentialProvider.class, PasswordCredentialProviderFactory.PROVIDER_ID);
    }
}
