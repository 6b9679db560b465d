package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.UrlBase64;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
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
 * encrypted for this realm and this user, and is stored when the token comes back. AES-256-GCM with a random nonce (NIST SP
 * 800-38D section 8.2.2): one message a sign-up stays far below its limit of 2^32 for a key.
 */
public final class SignUpPassword {

    private static final Logger LOG = Logger.getLogger(SignUpPassword.class);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String AES = "AES/GCM/NoPadding";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

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
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        byte[] key = DerivedKeys.active(session, realm, DerivedKeys.Kind.SIGN_UP_PASSWORD);
        byte[] plain = (hashed.getCredentialData() + '\n' + hashed.getSecretData()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] wrapped = cipher(Cipher.ENCRYPT_MODE, key, nonce, user).doFinal(plain);
            return Optional.of(UrlBase64.encode(ByteBuffer.allocate(NONCE + wrapped.length)
                    .put(nonce)
                    .put(wrapped)
                    .array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
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
        byte[] bytes = UrlBase64.decode(wrapped).orElse(new byte[0]);
        if (bytes.length <= NONCE) {
            return Optional.empty();
        }
        return DerivedKeys.accepted(session, realm, DerivedKeys.Kind.SIGN_UP_PASSWORD).stream()
                .flatMap(key -> plain(key, bytes, user).stream())
                .findFirst()
                .map(SignUpPassword::credential);
    }

    private Optional<String> plain(byte[] key, byte[] bytes, UserModel user) {
        try {
            byte[] plain = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(bytes, NONCE), user)
                    .doFinal(bytes, NONCE, bytes.length - NONCE);
            return Optional.of(new String(plain, StandardCharsets.UTF_8));
        } catch (AEADBadTagException e) {
            return Optional.empty(); // of another key
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
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

    private Cipher cipher(int mode, byte[] key, byte[] nonce, UserModel user) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(AES);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD((realm.getId() + '|' + user.getId()).getBytes(StandardCharsets.UTF_8));
        return cipher;
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
