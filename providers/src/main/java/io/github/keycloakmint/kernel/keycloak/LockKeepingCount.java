package io.github.keycloakmint.kernel.keycloak;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.services.managers.DefaultBruteForceProtector;

/**
 * Keycloak's counting, but that a failure while there is a lock does not make it end sooner. Keycloak itself never counts one
 * then, since it looks at no password; for a known device's it would forget a lock that is longer than the realm's failure
 * reset time, and put the usual wait in the place of a longer one for failures in quick succession
 * (DefaultBruteForceProtector.failure), each of which gives strangers their tries again. Keycloak's caches keep it from doing
 * so (LoginFailureEntity only moves a lock on), its store in the database (JpaUserLoginFailureProvider, feature
 * {@code stateless}) does not.
 */
final class LockKeepingCount extends DefaultBruteForceProtector {

    LockKeepingCount(KeycloakSessionFactory factory) {
        super(factory);
    }

    @Override
    public void failure(
            KeycloakSession session,
            RealmModel realm,
            String userId,
            String address,
            long milliseconds,
            @Nullable Set<String> categories) {
        int until = lockedUntil(getUserFailureModel(session, realm, userId));
        super.failure(session, realm, userId, address, milliseconds, categories);
        // none: an admin has lifted the lock meanwhile
        @Nullable UserLoginFailureModel failures = getUserFailureModel(session, realm, userId);
        if (failures != null
                && TimeUnit.MILLISECONDS.toSeconds(milliseconds) < until
                && lockedUntil(failures) < until) {
            failures.setFailedLoginNotBefore(until);
        }
    }

    private static int lockedUntil(@Nullable UserLoginFailureModel failures) {
        return failures == null ? 0 : failures.getFailedLoginNotBefore();
    }
}
