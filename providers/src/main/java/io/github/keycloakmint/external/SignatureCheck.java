package io.github.keycloakmint.external;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.VerificationException;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.models.KeycloakSession;

/** Whether a signature is by a key, with the algorithm that the key was read for and no other. */
@FunctionalInterface
interface SignatureCheck {

    boolean verifies(SigningKey key, byte[] signed, byte[] signature);

    /** By Keycloak's own verifiers. */
    static SignatureCheck of(KeycloakSession session) {
        return (key, signed, signature) -> {
            String algorithm = key.algorithm().name();
            @Nullable SignatureProvider provider = session.getProvider(SignatureProvider.class, algorithm);
            if (provider == null || !provider.isAsymmetricAlgorithm()) {
                Logger.getLogger(SignatureCheck.class).errorf("This server has no verifier for %s", algorithm);
                return false;
            }
            try {
                return provider.verifier(key.wrapper()).verify(signed, signature);
            } catch (VerificationException e) {
                return false; // a signature that can't even be read is as good as a wrong one
            }
        };
    }
}
