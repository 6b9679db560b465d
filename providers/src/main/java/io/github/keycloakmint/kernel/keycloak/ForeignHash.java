package io.github.keycloakmint.kernel.keycloak;

import java.util.Optional;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A password hash algorithm that takes hashes from elsewhere, and not every one. */
public interface ForeignHash {

    /** Why {@code credential} may not be stored, in words for an admin; never repeats it. */
    Optional<String> objection(PasswordCredentialModel credential);
}
