package io.github.keycloakmint.kernel.keycloak;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtectorFactory;

/**
 * Takes the place of Keycloak's brute-force protection, and asks it: of two providers with one id the higher order wins.
 * Keycloak's own options of it hold.
 */
public final class KnownDeviceProtectorFactory extends DefaultBruteForceProtectorFactory {

    private @Nullable DefaultBruteForceProtector counts;

    @Override
    public BruteForceProtector create(KeycloakSession session) {
        if (counts == null) {
            throw new IllegalStateException("brute-force protection is not initialised");
        }
        return new KnownDeviceProtector(session, super.create(session), counts);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        super.postInit(factory);
        counts = new DefaultBruteForceProtector(factory);
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
