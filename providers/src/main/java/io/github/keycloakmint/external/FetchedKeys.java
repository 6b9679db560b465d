package io.github.keycloakmint.external;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keys of issuers that publish them at a URL, as this node last saw them.
 *
 * <p>Why not Keycloak's {@code PublicKeyStorageProvider}: in 26.7.3 its Infinispan provider keeps nothing of a fetch that
 * failed, so an endpoint that is down is called again by every request; everybody who asks meanwhile waits for the one
 * fetch without a bound, on a worker thread each; once its keys are old and the endpoint is away it has none; and it can't
 * be asked for what it has without a fetch, which the dry run needs (T24). Here a node calls an issuer at most once in
 * {@link #PAUSE} whatever happens, few callers wait, each for a bounded time, and old keys serve where a new fetch fails or
 * too many wait for it, though not for ever.
 *
 * <p>Entries begin with the realm's id (T10) and hold the URL, so that an admin's change of it takes effect at once, on
 * every node. That an issuer took a key out of its set is seen within {@link #FRESH}, also after hours without a call; a
 * key that he added, when the first token names it.
 *
 * <p>A look-up of a name can't be broken off in Java. One that hangs keeps its fetch's thread for as long as the system's
 * resolver takes: one of the few of its realm, while callers wait for no fetch longer than {@link #WAIT} after its begin.
 */
final class FetchedKeys {

    /** One GET. */
    @FunctionalInterface
    interface Fetch {
        byte[] get(String url, Optional<KeyStore> truststore) throws IOException;
    }

    /** Whose keys, where, for what. */
    record Source(String realmId, String providerId, String url, SigningAlgorithm algorithm) {}

    /** Between the end of one fetch and the beginning of the next, good or bad: what unknown key ids can cost. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** Older keys are used only when no newer ones can be had: one of them may have been withdrawn. */
    static final Duration FRESH = Duration.ofMinutes(5);

    /** Older keys are none: who can keep an issuer's endpoint away must not keep a withdrawn key alive. */
    static final Duration LONGEST = Duration.ofHours(24);

    /** A little more than a fetch may take; a name server can hang for longer. */
    static final Duration WAIT = Duration.ofSeconds(6);

    private static final int WAITING_PER_SOURCE = 8;
    private static final int WAITING = 32;
    private static final int FETCHES = 16;

    /** Of the threads: a realm's admin who points his providers at dead addresses takes no other realm's. */
    private static final int FETCHES_PER_REALM = 4;

    private static final int SOURCES = 1_000;

    private static final Logger LOG = Logger.getLogger(FetchedKeys.class);

    /** This node's. */
    static final FetchedKeys SHARED = new FetchedKeys(
            new JwksFetch(JwksAddress.development(), SystemDefaultDnsResolver.INSTANCE), threads(), System::nanoTime);

    private final Cache<Source, Entry> entries = Caffeine.newBuilder()
            .maximumSize(SOURCES)
            .expireAfterAccess(LONGEST)
            .build();
    private final Semaphore waiting = new Semaphore(WAITING);
    /** Fetches that run now, by realm. */
    private final ConcurrentMap<String, Integer> fetching = new ConcurrentHashMap<>();

    private final Fetch fetch;
    private final Executor executor;
    private final LongSupplier nanos;

    FetchedKeys(Fetch fetch, Executor executor, LongSupplier nanos) {
        this.fetch = fetch;
        this.executor = executor;
        this.nanos = nanos;
    }

    /** Threads of its own, no more than a few and none when idle; what finds none free is a failure, not a queue. */
    static Executor threads() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, FETCHES, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "mint-jwks-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The keys that are known, without any call. */
    Optional<List<SigningKey>> known(Source source) {
        return Optional.ofNullable(entries.getIfPresent(source))
                .flatMap(Entry::known)
                .map(Snapshot::keys);
    }

    /**
     * The keys of {@code source}; empty when there are none to be had now.
     *
     * @param enough whether the known keys will do; if not, they are fetched again first, as far as that is allowed
     * @param truststore asked only when a fetch begins
     */
    Optional<List<SigningKey>> keys(
            Source source, Predicate<List<SigningKey>> enough, Supplier<Optional<KeyStore>> truststore) {
        Entry entry = entries.get(source, Entry::new);
        Optional<Snapshot> known = entry.known();
        boolean will = known.filter(snapshot -> enough.test(snapshot.keys())).isPresent();
        boolean old = known.filter(snapshot -> nanos.getAsLong() - snapshot.at() > FRESH.toNanos())
                .isPresent();
        if (!will || old) {
            // also where old ones will do: after idle hours a key that was withdrawn meanwhile would be believed once
            // more
            entry.refresh(truststore).ifPresent(entry::await);
        }
        return entry.known().map(Snapshot::keys);
    }

    /** Takes one of the realm's places for fetches, if one is free. */
    private boolean enter(String realmId) {
        if (fetching.merge(realmId, 1, Integer::sum) <= FETCHES_PER_REALM) {
            return true;
        }
        leave(realmId);
        return false;
    }

    private void leave(String realmId) {
        fetching.computeIfPresent(realmId, (id, count) -> count == 1 ? null : count - 1);
    }

    private record Snapshot(List<SigningKey> keys, long at) {}

    private record Running(CompletableFuture<Void> done, long begun) {}

    private final class Entry {

        private final Source source;
        private final Semaphore places = new Semaphore(WAITING_PER_SOURCE);
        private volatile @Nullable Snapshot snapshot;
        private @Nullable Running running;
        private @Nullable Long ended;

        Entry(Source source) {
            this.source = source;
        }

        Optional<Snapshot> known() {
            return Optional.ofNullable(snapshot).filter(found -> nanos.getAsLong() - found.at() <= LONGEST.toNanos());
        }

        /** The fetch that runs, or a new one if it is time for one. Nothing slow happens under this lock. */
        synchronized Optional<Running> refresh(Supplier<Optional<KeyStore>> truststore) {
            if (running != null) {
                return Optional.of(running);
            }
            if (ended != null && nanos.getAsLong() - ended < PAUSE.toNanos()) {
                return Optional.empty();
            }
            Optional<KeyStore> trusted = truststore.get();
            Running begun = new Running(new CompletableFuture<>(), nanos.getAsLong());
            running = begun;
            if (!started(() -> run(begun.done(), trusted))) {
                // a failure like others: the next attempt, and the next line in the log, is a pause away
                end();
                LOG.warnf(
                        "No thread is free to fetch the keys of identity provider %s in realm %s",
                        source.providerId(), source.realmId());
                return Optional.empty();
            }
            return Optional.of(begun);
        }

        private boolean started(Runnable fetching) {
            if (!enter(source.realmId())) {
                return false;
            }
            try {
                executor.execute(fetching);
                return true;
            } catch (RejectedExecutionException e) {
                leave(source.realmId());
                return false; // the caller says so in the log
            }
        }

        private void run(CompletableFuture<Void> done, Optional<KeyStore> truststore) {
            try {
                byte[] document = fetch.get(source.url(), truststore);
                List<SigningKey> keys = SigningKeys.published(document, source.algorithm())
                        .orElseThrow(() -> new JwksFetch.Failed("no JWK set of at most 32 keys"));
                snapshot = new Snapshot(keys, nanos.getAsLong());
            } catch (IOException | RuntimeException e) {
                // at most one line per provider and pause; what others are told is 'keys unavailable' alone (T24)
                LOG.warnf(
                        "The keys of identity provider %s in realm %s can't be fetched: %s",
                        source.providerId(), source.realmId(), reason(e));
            } finally {
                leave(source.realmId());
                end();
                done.complete(null);
            }
        }

        private synchronized void end() {
            running = null;
            ended = nanos.getAsLong();
        }

        /**
         * Waits for a fetch, unless enough others do or it has taken too long already: a slow issuer must not hold all of
         * the server's threads, nor one that hangs the same few of them for as long as it hangs.
         */
        void await(Running fetch) {
            long left = WAIT.toNanos() - (nanos.getAsLong() - fetch.begun());
            if (left <= 0 || !places.tryAcquire()) {
                return;
            }
            try {
                if (waiting.tryAcquire()) {
                    try {
                        fetch.done().get(left, TimeUnit.NANOSECONDS);
                    } finally {
                        waiting.release();
                    }
                }
            } catch (TimeoutException | ExecutionException e) {
                return; // what is known is the answer; the fetch itself says in the log what is wrong
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                places.release();
            }
        }
    }

    /** Our own words, or the kind of failure: a library's message may repeat what the other side sent (T11). */
    private static String reason(Exception e) {
        return e instanceof JwksFetch.Failed || e instanceof BadKey
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName();
    }
}
