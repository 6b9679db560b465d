package io.github.keycloakmint.kernel.keycloak;

import io.micrometer.core.instrument.Metrics;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Work that no caller waits for: sending a mail takes as long as the mail server likes, and whoever is answered before it
 * learns nothing from the time (T29). It is done by a few threads, and bounded: what does not fit any more is not done,
 * and the log says so. What waits when the server ends is lost, like a mail that the mail server loses; every mail here
 * can be asked for again.
 */
public final class AfterAnswer {

    private static final Logger LOG = Logger.getLogger(AfterAnswer.class);

    private static final int THREADS = 4;
    private static final int MOST_WAITING = 1_000;

    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final ThreadPoolExecutor THREADS_OF_THEIR_OWN = new ThreadPoolExecutor(
            THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), AfterAnswer::thread);

    static {
        THREADS_OF_THEIR_OWN.allowCoreThreadTimeOut(true);
    }

    private AfterAnswer() {}

    /**
     * Does {@code work} once the transaction of {@code session} has ended, in a session and transaction of its own in the
     * same realm. A transaction that is rolled back takes the work with it.
     *
     * @param what a fixed word for log and metric
     */
    public static void run(KeycloakSession session, String what, Consumer<KeycloakSession> work) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = session.getContext().getRealm().getId();
        RequestSnapshot request = RequestSnapshot.of(session);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                submit(what, () -> perform(factory, realmId, request, what, work));
            }

            @Override
            protected void rollbackImpl() {
                // what should have been told did not happen
            }
        });
    }

    private static void submit(String what, Runnable task) {
        try {
            THREADS_OF_THEIR_OWN.execute(task);
        } catch (RejectedExecutionException e) {
            count(what, "dropped");
            LOG.errorf("%s was not done: %d of its kind are waiting", what, MOST_WAITING);
        }
    }

    private static void perform(
            KeycloakSessionFactory factory,
            String realmId,
            RequestSnapshot request,
            String what,
            Consumer<KeycloakSession> work) {
        try {
            KeycloakModelUtils.runJobInTransaction(factory, session -> {
                session.getContext().setRealm(session.realms().getRealm(realmId));
                session.getContext().setHttpRequest(request);
                work.accept(session);
            });
            count(what, "success");
        } catch (RuntimeException e) {
            // nobody is left to be told
            count(what, "error");
            LOG.errorf(e, "%s failed after its answer had left", what);
        }
    }

    private static void count(String what, String outcome) {
        Metrics.counter("keycloak_mint_after_answer_total", "what", what, "outcome", outcome)
                .increment();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "keycloak-mint-" + STARTED.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
