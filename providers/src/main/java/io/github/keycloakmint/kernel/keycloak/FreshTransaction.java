package io.github.keycloakmint.kernel.keycloak;

import jakarta.persistence.EntityExistsException;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Work in a session and transaction of its own. After a constraint was violated a transaction is dead on PostgreSQL, and
 * its session still holds what it read before; only a new one sees what the winner of the race has written.
 */
public final class FreshTransaction {

    /** Losing once is ordinary: the next attempt finds what the winner wrote. More are for lock timeouts of H2. */
    private static final int ATTEMPTS = 8;

    /** H2: a row changed under the statement (90131), a lock was not had in time (HYT00, 50200); PostgreSQL: 55P03. */
    private static final Set<String> CONTENDED = Set.of("90131", "HYT00", "50200", "55P03");

    /** SQL:2023: 23 is a violated constraint, 40 a transaction rolled back for a deadlock or for serialisation. */
    private static final Set<String> CONTENDED_CLASSES = Set.of("23", "40");

    /** Before the second attempt; doubled for each further one, up to {@link #LONGEST_PAUSE}. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    private FreshTransaction() {}

    /** What was decided on is gone since: {@link #insist} decides anew. */
    public static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Overtaken() {
            super("overtaken", null, false, false);
        }
    }

    /** Runs {@code work} once, in the realm and for the client of {@code session}'s context, and commits. */
    public static <T> T run(KeycloakSession session, Function<KeycloakSession, T> work) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                session.getKeycloakSessionFactory(), session.getContext(), work::apply, "keycloak-mint");
    }

    /** Writes what the transaction of {@code session} has so far, so that what it can't write is known before it ends. */
    public static void flush(KeycloakSession session) {
        session.getProvider(JpaConnectionProvider.class).getEntityManager().flush();
    }

    /**
     * Does {@code work}, which uses {@link #run} for all that it writes, again where another transaction came in its way.
     * After {@value #ATTEMPTS} attempts the last failure is thrown. Between them is a short pause that grows and is never
     * the same for two, so that those who met once don't meet again; no connection is held meanwhile.
     */
    public static <T> T insist(Supplier<T> work) {
        return insist(work, LockSupport::parkNanos);
    }

    static <T> T insist(Supplier<T> work, LongConsumer pause) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                if (attempt == ATTEMPTS || !contended(e)) {
                    throw e;
                }
                pause.accept(pause(attempt));
            }
        }
    }

    private static long pause(int attempt) {
        long most = Math.min(SHORTEST_PAUSE.toNanos() << (attempt - 1), LONGEST_PAUSE.toNanos());
        return ThreadLocalRandom.current().nextLong(most / 2, most);
    }

    /** True where another transaction, not the data, is the cause; databases and layers word it differently. */
    public static boolean contended(Throwable failure) {
        // bounded: a chain of causes may be a ring
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(FreshTransaction::contention);
    }

    private static boolean contention(Throwable cause) {
        return cause instanceof Overtaken
                || cause instanceof ModelDuplicateException
                || cause instanceof EntityExistsException
                || cause instanceof OptimisticLockException
                || cause instanceof PessimisticLockException
                || cause instanceof LockTimeoutException
                || (cause instanceof SQLException sql && contention(sql));
    }

    private static boolean contention(SQLException sql) {
        String state = sql.getSQLState();
        return state != null
                && state.length() == 5
                && (CONTENDED.contains(state) || CONTENDED_CLASSES.contains(state.substring(0, 2)));
    }
}
