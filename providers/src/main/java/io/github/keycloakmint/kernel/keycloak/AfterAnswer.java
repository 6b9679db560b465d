package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Complaints;
import io.micrometer.core.instrument.Metrics;
import java.util.concurrent.LinkedBlockingQueue;
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
 * and the log says so. A realm has a share of threads and places for each kind of work, so that the mail server of one realm
 * holds up neither other realms nor its own sign-ups. What waits when the server ends is lost, like a mail that the mail server loses; every mail here
 * can be asked for again.
 */
public final class AfterAnswer {

    private static final Logger LOG = Logger.getLogger(AfterAnswer.class);

    /** They wait for mail servers most of the time. */
    private static final int THREADS = 32;

    private static final int THREADS_OF_A_KIND = 2;
    private static final int WAITING_OF_A_KIND = 100;
    private static final int MOST_WAITING = 2_000;

    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final ThreadPoolExecutor THREADS_OF_THEIR_OWN = new ThreadPoolExecutor(
            THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), AfterAnswer::thread);
    /** What is in the threads' own queue stands for lanes, of which no more have work than tasks wait. */
    private static final Lanes LANES =
            new Lanes(THREADS_OF_THEIR_OWN, THREADS_OF_A_KIND, WAITING_OF_A_KIND, MOST_WAITING);

    static {
        THREADS_OF_THEIR_OWN.allowCoreThreadTimeOut(true);
    }

    private AfterAnswer() {}

    /**
     * Does {@code work} once the transaction of {@code session} has ended, in a session and transaction of its own in the
     * same realm. A transaction that is rolled back takes the work with it.
     *
     * @param what a fixed word for log and metric, and the kind of work that it shares its places with
     */
    public static void run(KeycloakSession session, String what, Consumer<KeycloakSession> work) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = session.getContext().getRealm().getId();
        RequestSnapshot request = RequestSnapshot.of(session);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                submit(realmId + ' ' + what, what, () -> perform(factory, realmId, request, what, work));
            }

            @Override
            protected void rollbackImpl() {
                // what should have been told did not happen
            }
        });
    }

    private static void submit(String lane, String what, Runnable task) {
        if (!LANES.add(lane, task)) {
            count(what, "dropped");
            // once a minute: strangers make as many calls as they like (T11)
            Complaints.error(
                    LOG, lane, what + " was not done: too many of its kind are waiting, in this realm or in all");
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
