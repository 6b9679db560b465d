package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.limits.KnownDevices;
import jakarta.ws.rs.core.UriInfo;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's brute-force protection, which stays the judge of a user, but that a lock that passes keeps strangers out and
 * not a device that the user has signed in with before: that one has a few tries of its own (contract section 10, T32). A
 * user who is disabled or locked for good is so for everybody.
 *
 * <p>What such a device does wrong counts for the user as well. What it does right does not end the lock: strangers would
 * have all their tries anew each time the user signs in.
 */
final class KnownDeviceProtector implements BruteForceProtector {

    private static final Logger LOG = Logger.getLogger(KnownDeviceProtector.class);

    /** Of whom a known device was let past a lock in the login under way. */
    private static final String DESPITE_LOCK = "mint.despite-lock";

    private static final String NOBODY = "";

    private final KeycloakSession session;
    private final BruteForceProtector judge;
    private final DefaultBruteForceProtector counts;

    /**
     * @param judge Keycloak's own; it refuses a user as well while another of his attempts is under way
     * @param counts looks at what was counted and nothing else; what it counts ends no lock
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

    /**
     * In a realm that locks for good Keycloak says so of a user who is tried elsewhere at the moment: that is no lock. Nor is
     * it waited for while there is one, since strangers who are refused hold that turn as well and need not leave it.
     */
    @Override
    public boolean isPermanentlyLockedOut(KeycloakSession session, RealmModel realm, UserModel user) {
        return judge.isPermanentlyLockedOut(session, realm, user)
                && (counts.isPermanentlyLockedOut(session, realm, user) || !admits(realm, user));
    }

    /** Only where there is a lock; an attempt that is under way is waited for as ever ({@link LoginTurn}). */
    private boolean admits(RealmModel realm, UserModel user) {
        boolean admitted = counts.isTemporarilyDisabled(session, realm, user)
                && devices(realm).filter(devices -> devices.admits(user)).isPresent();
        if (admitted) {
            attempt().ifPresent(login -> login.setUserSessionNote(DESPITE_LOCK, user.getId()));
        }
        return admitted;
    }

    @Override
    public void failedLogin(
            RealmModel realm,
            UserModel user,
            ClientConnection connection,
            UriInfo uri,
            @Nullable Set<String> categories) {
        Optional<KnownDevices> devices = devices(realm);
        // what else becomes of this login, a reset by mail say, is not by a known device
        attempt().ifPresent(login -> login.setUserSessionNote(DESPITE_LOCK, NOBODY));
        // an admitted attempt need not hold the turn, and Keycloak's own would take the failure for the one who does
        BruteForceProtector counting =
                devices.filter(known -> known.admitted(user)).isPresent() ? counts : judge;
        counting.failedLogin(realm, user, connection, uri, categories);
        if (categories == null || counted(categories)) {
            devices.ifPresent(known -> known.failed(user));
        }
    }

    @Override
    public void successfulLogin(
            RealmModel realm,
            UserModel user,
            ClientConnection connection,
            UriInfo uri,
            @Nullable Set<String> categories) {
        Optional<KnownDevices> devices = devices(realm);
        if (!despiteLock(realm, user, devices)) {
            judge.successfulLogin(realm, user, connection, uri, categories);
        }
        begun().ifPresent(begun -> begun.removeNote(DESPITE_LOCK));
        if (categories != null && categories.contains(PasswordCredentialModel.TYPE)) {
            devices.ifPresent(known -> remember(realm, user, known));
        }
    }

    /**
     * Noted with the login and not only told by the cookie: a login ends where none comes (after a broker's first), or with
     * another password or email than it began with. One that began before the lock has no note.
     */
    private boolean despiteLock(RealmModel realm, UserModel user, Optional<KnownDevices> devices) {
        return counts.isTemporarilyDisabled(session, realm, user)
                && (noted().anyMatch(user.getId()::equals)
                        || devices.filter(known -> known.knows(user)).isPresent());
    }

    /** A convenience, without which the user is signed in all the same. */
    private void remember(RealmModel realm, UserModel user, KnownDevices devices) {
        try {
            LoginPageDevice.at(session, realm)
                    .ifPresent(page -> devices.remember(user).ifPresent(page::keep));
        } catch (RuntimeException e) {
            LOG.warnf(e, "A device that signed in at a login page of realm '%s' will not be known", realm.getName());
        }
    }

    /**
     * By the login under way, or by the session that it has become: where a new password ends the user's other sessions on
     * the way, Keycloak's context is left with a logout in the login's place (AuthenticationManager.createOrJoinLogoutSession).
     */
    private Stream<String> noted() {
        return Stream.concat(
                attempt().map(login -> login.getUserSessionNotes().get(DESPITE_LOCK)).stream(),
                begun().map(begun -> begun.getNote(DESPITE_LOCK)).stream());
    }

    private Optional<UserSessionModel> begun() {
        return Optional.ofNullable(session.getContext().getUserSession());
    }

    private Optional<AuthenticationSessionModel> attempt() {
        return Optional.ofNullable(session.getContext().getAuthenticationSession());
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
