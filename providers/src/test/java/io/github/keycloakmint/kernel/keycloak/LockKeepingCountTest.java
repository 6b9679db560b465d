package io.github.keycloakmint.kernel.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserLoginFailureProvider;
import org.keycloak.representations.idm.RealmRepresentation.BruteForceStrategy;

/** A failure while there is a lock, kept as Keycloak's database does; how Keycloak counts all others is its own. */
class LockKeepingCountTest {

    private static final int NOW = 1_700_000_000;
    private static final int RESET_SECONDS = 300;

    private int numFailures = 3;
    private int notBefore;
    private long lastFailure;

    private final UserLoginFailureModel failures =
            FreshSessions.proxy(UserLoginFailureModel.class, (self, method, arguments) -> switch (method.getName()) {
                case "getNumFailures" -> numFailures;
                case "incrementFailures" -> ++numFailures;
                case "getFailedLoginNotBefore" -> notBefore;
                case "setFailedLoginNotBefore" -> notBefore = (int) arguments[0];
                case "getLastFailure" -> lastFailure;
                case "clearFailures" -> notBefore = numFailures = 0;
                default -> null;
            });

    private final RealmModel realm =
            FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
                case "isPermanentLockout" -> false;
                case "getMaxDeltaTimeSeconds" -> RESET_SECONDS;
                case "getBruteForceStrategy" -> BruteForceStrategy.MULTIPLE;
                case "getFailureFactor" -> 30;
                case "getWaitIncrementSeconds" -> 60;
                case "getQuickLoginCheckMilliSeconds" -> 0L;
                default -> null;
            });

    private void failure() {
        UserLoginFailureProvider provider =
                FreshSessions.proxy(UserLoginFailureProvider.class, (self, method, arguments) -> failures);
        KeycloakSession session = FreshSessions.proxy(KeycloakSession.class, (self, method, arguments) -> provider);
        new LockKeepingCount(null).failure(session, realm, "jane", "192.0.2.1", NOW * 1_000L, Set.of("password"));
    }

    @Test
    void it_does_not_end_a_lock_that_is_longer_than_the_reset_time() {
        notBefore = NOW + 600;
        lastFailure = (NOW - RESET_SECONDS - 1) * 1_000L;
        failure();
        assertThat(notBefore).isEqualTo(NOW + 600);
        assertThat(numFailures).isEqualTo(1);
    }

    @Test
    void what_is_no_lock_any_more_is_reset_as_ever() {
        notBefore = NOW;
        lastFailure = (NOW - RESET_SECONDS - 1) * 1_000L;
        failure();
        assertThat(notBefore).isZero();
    }
}
