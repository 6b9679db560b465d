package io.github.keycloakmint.kernel.keycloak;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager.JTAPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's brute-force protection lets one attempt of a user be under way, its counting included, and refuses others at
 * that moment as if he were locked: a second tab, or the next sign-in a moment after the last. This waits for the user's
 * turn instead. Attempts stay one after the other, and each sees what the one before it has been counted as.
 *
 * <p>The turn is held by a session of its own, since a session goes on seeing what it saw first: the caller's own looks at
 * the user's failures only once it is his turn. Keycloak knows the holder by the thread's name, so the caller's session
 * finds itself holding it.
 */
final class LoginTurn {

    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    /** Keycloak asks only whether there is one: without, nobody is trying to sign in. */
    private static final AuthenticationSessionModel SOME_ATTEMPT =
            AuthenticationSessionModel.class.cast(Proxy.newProxyInstance(
                    LoginTurn.class.getClassLoader(),
                    new Class<?>[] {AuthenticationSessionModel.class},
                    (proxy, method, arguments) -> null));

    private LoginTurn() {}

    /**
     * Returns when it is the user's turn, when he is locked and there is none, or when {@code patience} is at its end. What
     * comes next is Keycloak's to say in each case. The turn ends with the transaction of {@code session}.
     */
    static void await(KeycloakSession session, RealmModel realm, UserModel user, Duration patience) {
        if (!realm.isBruteForceProtected()) {
            return;
        }
        long end = System.nanoTime() + patience.toNanos();
        while (!decided(session, realm, user) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE / 2, LONGEST_PAUSE));
        }
    }

    private static boolean decided(KeycloakSession session, RealmModel realm, UserModel user) {
        KeycloakSession holder = session.getKeycloakSessionFactory().create();
        boolean held = false;
        try {
            // the thread's transaction is the caller's; what is asked for here is in no database
            holder.getTransactionManager().setJTAPolicy(JTAPolicy.NOT_SUPPORTED);
            holder.getTransactionManager().begin();
            BruteForceProtector protector = holder.getProvider(BruteForceProtector.class);
            holder.getContext().setAuthenticationSession(SOME_ATTEMPT);
            if (!protector.isTemporarilyDisabled(holder, realm, user)) {
                session.getTransactionManager().enlistAfterCompletion(releasing(holder));
                held = true;
                return true;
            }
            holder.getContext().setAuthenticationSession(null);
            return protector.isTemporarilyDisabled(holder, realm, user);
        } finally {
            if (!held) {
                holder.close();
            }
        }
    }

    /** Committed in either case: after a rollback Keycloak would not wait for the failure to be counted. */
    private static AbstractKeycloakTransaction releasing(KeycloakSession holder) {
        return new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                release(holder);
            }

            @Override
            protected void rollbackImpl() {
                release(holder);
            }
        };
    }

    private static void release(KeycloakSession holder) {
        try {
            holder.getTransactionManager().commit();
        } finally {
            holder.close();
        }
    }
}
