package io.github.keycloakmint.kernel.keycloak;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtectorFactory;

/**
 * Takes the place of Keycloak's brute-force protection, and asks it: of two providers with one id the higher order wins.
 * Keycloak's own options of it hold.
 */
public final class KnownDeviceProtectorFactory extends DefaultBruteForceProtectorFactory {

    private static final Logger LOG = Logger.getLogger(KnownDeviceProtectorFactory.class);

    private @Nullable DefaultBruteForceProtector counts;

    /** False where the server was told to use another provider: that one knows no devices. */
    public static boolean chosen(KeycloakSession session) {
        return chosen(session.getKeycloakSessionFactory());
    }

    private static boolean chosen(KeycloakSessionFactory factory) {
        return factory.getProviderFactory(BruteForceProtector.class) instanceof KnownDeviceProtectorFactory;
    }

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
        counts = new LockKeepingCount(factory);
        factory.register(event -> {
            // not before: another provider's factory may not be there yet
            if (event instanceof PostMigrationEvent && !chosen(factory)) {
                LOG.warn("Brute-force detection is by another provider than the bundle's (--spi-brute-force-protector--"
                        + "provider): there are no known devices, and a lock keeps its user out everywhere");
            }
        });
    }

    @Override
    public int order() {
        return GuardedRegistration.ORDER;
    }
}
