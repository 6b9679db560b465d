package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.keycloak.ForeignHash;
import java.util.Optional;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.ModelException;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Lets users in whose bcrypt hash was brought from another system. It verifies and never encodes: Keycloak makes a hash of
 * its own algorithm at the first sign-in that succeeds (PasswordCredentialProvider.rehashPasswordIfRequired).
 */
final class BcryptPasswords implements PasswordHashProvider, ForeignHash {

    static final String ONLY_VERIFIES = "bcrypt verifies passwords brought from another system and hashes none";

    @Override
    public boolean verify(String rawPassword, PasswordCredentialModel credential) {
        return BcryptHash.verify(rawPassword, credential.getPasswordSecretData().getValue());
    }

    /** Never good enough: the stored hash is to be replaced. */
    @Override
    public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
        return false;
    }

    @Override
    public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
        throw new ModelException(ONLY_VERIFIES);
    }

    /** Keycloak's deprecated default would hand back the password itself. */
    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // nobody calls it
    public String encode(String rawPassword, int iterations) {
        throw new ModelException(ONLY_VERIFIES);
    }

    @Override
    public Optional<String> objection(PasswordCredentialModel credential) {
        return BcryptHash.acceptable(credential.getPasswordSecretData().getValue())
                ? Optional.empty()
                : Optional.of("A bcrypt hash must be $2a$, $2b$ or $2y$ with a cost from 04 to 14 and 53 characters");
    }

    @Override
    public void close() {
        // holds nothing
    }
}
