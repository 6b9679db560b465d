package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.limits.KnownDevices;
import jakarta.ws.rs.core.UriInfo;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;

/**
 * Keycloak's brute-force protection, which stays the judge of a user, but that a lock that passes keeps strangers out and
 * not a device that the user has signed in with before: that one has a few tries of its own (contract section 10, T32). A
 * user who is disabled or locked for good is so for everybody.
 *
 * <p>What such a device does wrong counts for the user as well. What it does right does not end the lock: strangers would
 * have all their tries anew each time the user signs in.
 */
final class KnownDeviceProtector implements BruteForceProtector {

    private final KeycloakSession session;
    private final BruteForceProtector judge;
    private final DefaultBruteForceProtector counts;

    /**
     * @param judge Keycloak's own; it refuses a user as well while another of his attempts is under way
     * @param counts looks at what was counted and nothing else
     */
    KnownDeviceProtector(KeycloakSession session, BruteForceProtector judge, DefaultBruteForceProtector counts) {
        this.session = session;
        this.judge = judge;
        this.counts = counts;
    }

    @Override
    public boolean isTemporarilyDisabled(KeycloakSession session, RealmModel realm, UserModel user) {
        return judge.isTemporarilyDisabled(session, realm, user) && !admits(realm, user);
    }

    /** In a realm that locks for good Keycloak says so of a user who is tried elsewhere at the moment: that is no lock. */
    @Override
    public boolean isPermanentlyLockedOut(KeycloakSession session, RealmModel realm, UserModel user) {
        return judge.isPermanentlyLockedOut(session, realm, user)
                && (counts.isPermanentlyLockedOut(session, realm, user) || !admits(realm, user));
    }

    /** Only where there is a lock; an attempt that is under way is waited for as ever ({@link LoginTurn}). */
    private boolean admits(RealmModel realm, UserModel user) {
        return counts.isTemporarilyDisabled(session, realm, user)
                && devices(realm).filter(devices -> devices.admits(user)).isPresent();
    }

    @Override
    public void failedLogin(
            RealmModel realm,
            UserModel user,
            ClientConnection connection,
            UriInfo uri,
            @Nullable Set<String> categories) {
        Optional<KnownDevices> devices = devices(realm);
        // an admitted attempt holds no turn, and Keycloak's own would take the failure for the one who does
        BruteForceProtector counting =
                devices.filter(known -> known.admitted(user)).isPresent() ? counts : judge;
        counting.failedLogin(realm, user, connection, uri, categories);
        if (categories == null || counted(categories)) {
            devices.ifPresent(known -> known.failed(user));
        }
    }

    @Override
    public void successfulLogin(
            RealmModel realm, UserModel user, ClientConnection connection, UriInfo uri, Set<String> categories) {
        Optional<KnownDevices> devices = devices(realm);
        boolean despiteLock = counts.isTemporarilyDisabled(session, realm, user)
                && devices.filter(known -> known.knows(user)).isPresent();
        if (!despiteLock) {
            judge.successfulLogin(realm, user, connection, uri, categories);
        }
        if (categories.contains(PasswordCredentialModel.TYPE)) {
            LoginPageDevice.at(session, realm).ifPresent(page -> devices.flatMap(known -> known.remember(user))
                    .ifPresent(page::keep));
        }
    }

    private static boolean counted(Set<String> categories) {
        return !Collections.disjoint(DefaultBruteForceProtector.ALLOWED_AUTHENTICATION_CATEGORIES, categories);
    }

    /** Of the realm of the server's administrators the bundle keeps its hands off. */
    private Optional<KnownDevices> devices(RealmModel realm) {
        Optional<KnownDevices> devices =
                AdminRealm.is(realm) ? Optional.empty() : Optional.ofNullable(session.getProvider(KnownDevices.class));
        devices.ifPresent(known -> LoginPageDevice.at(session, realm)
                .ifPresent(page -> known.show(KnownDevices.Door.pages(realm), page.cookies())));
        return devices;
    }

    @Override
    public void cleanUpPermanentLockout(KeycloakSession session, RealmModel realm, UserModel user) {
        judge.cleanUpPermanentLockout(session, realm, user);
    }

    @Override
    public void close() {
        judge.close();
    }
}
