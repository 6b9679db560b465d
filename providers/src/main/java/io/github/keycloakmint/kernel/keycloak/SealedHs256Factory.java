package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.crypto.HS256SignatureProviderFactory;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.models.KeycloakSession;

/** Takes the place of Keycloak's HS256: of two providers with one id the higher order wins. */
public final class SealedHs256Factory extends HS256SignatureProviderFactory {

    @Override
    public SignatureProvider create(KeycloakSession session) {
        return new SealedHs256(session);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
