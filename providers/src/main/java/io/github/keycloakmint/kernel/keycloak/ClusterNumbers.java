package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.Configuration;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.remoting.transport.Address;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.Provider;
import org.keycloak.provider.Spi;

/**
 * Numbers in a cache of the cluster that Keycloak's nodes form anyway. The cache is made here, on each node, so that no cache
 * configuration has to be written or kept in step with Keycloak's; one of that name in the deployment's own configuration is
 * used as it is. Two nodes hold each number: what one of them counted is not lost with it. Bounded by a number of entries.
 */
public final class ClusterNumbers implements SharedNumbers {

    /** One of Keycloak's own, to come by their manager. */
    private static final String KEYCLOAKS = "work";

    private static final String CONNECTIONS = "connectionsInfinispan";

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    /** How long nodes wait for each other behind a caller who has long given up. */
    private static final Duration REMOTE = Duration.ofSeconds(5);

    /** Numbers that come too late are as good as gone, and the next state transfer has to begin some time. */
    private static final Duration TRANSFER = Duration.ofSeconds(10);

    private final Cache<String, Long> cache;

    private ClusterNumbers(Cache<String, Long> cache) {
        this.cache = cache;
    }

    /**
     * Joins the cache, which waits for other nodes that have it.
     *
     * @param most numbers at once on this node
     */
    public static ClusterNumbers join(KeycloakSessionFactory factory, String name, long most) throws Away {
        try {
            EmbeddedCacheManager manager =
                    KeycloakModelUtils.runJobInTransactionWithResult(factory, ClusterNumbers::manager);
            if (manager.getCacheConfiguration(name) == null) {
                manager.defineConfiguration(name, configuration(manager, most));
            }
            if (!clustered(manager)) {
                LOG.warn(
                        "Limits are to be shared with other nodes, and this one has no cluster to share them in (option"
                                + " cache): each node counts by itself");
            }
            return new ClusterNumbers(manager.getCache(name));
        } catch (RuntimeException e) {
            throw new Away("no cluster to share numbers in", e);
        }
    }

    /**
     * By the name of the SPI: the artifact with its interface (keycloak-model-infinispan) is at no public repository for this
     * version, since its parent isn't.
     */
    private static EmbeddedCacheManager manager(KeycloakSession session) {
        Class<? extends Provider> type = session.getKeycloakSessionFactory().getSpis().stream()
                .filter(spi -> spi.getName().equals(CONNECTIONS))
                .findFirst()
                .map(Spi::getProviderClass)
                .orElseThrow(() -> new IllegalStateException("a server without " + CONNECTIONS));
        try {
            Cache<?, ?> cache =
                    (Cache<?, ?>) type.getMethod("getCache", String.class).invoke(session.getProvider(type), KEYCLOAKS);
            return cache.getCacheManager();
        } catch (IllegalAccessException | NoSuchMethodException | InvocationTargetException e) {
            throw new IllegalStateException("Keycloak's caches can't be had", e);
        }
    }

    private static Configuration configuration(EmbeddedCacheManager manager, long most) {
        ConfigurationBuilder builder = new ConfigurationBuilder();
        builder.memory().maxCount(most);
        if (clustered(manager)) {
            builder.clustering()
                    .cacheMode(CacheMode.DIST_SYNC)
                    .remoteTimeout(REMOTE.toMillis(), TimeUnit.MILLISECONDS)
                    .hash()
                    .numOwners(2)
                    .stateTransfer()
                    .awaitInitialTransfer(false)
                    .timeout(TRANSFER.toMillis(), TimeUnit.MILLISECONDS);
        }
        return builder.build();
    }

    private static boolean clustered(EmbeddedCacheManager manager) {
        return manager.getCacheManagerConfiguration().isClustered();
    }

    @Override
    public Optional<Long> get(String key, Duration patience) throws Away {
        return Optional.ofNullable(await(() -> cache.getAsync(key), patience));
    }

    @Override
    public boolean swap(String key, Optional<Long> from, long to, Duration life, Duration patience) throws Away {
        long millis = Math.max(1, life.toMillis());
        return from.isPresent()
                ? Boolean.TRUE.equals(
                        await(() -> cache.replaceAsync(key, from.get(), to, millis, TimeUnit.MILLISECONDS), patience))
                : await(() -> cache.putIfAbsentAsync(key, to, millis, TimeUnit.MILLISECONDS), patience) == null;
    }

    /** Where there is no cluster there are no members either. */
    @Override
    public int nodes() {
        @Nullable List<Address> members = cache.getCacheManager().getMembers();
        return members == null ? 1 : Math.max(1, members.size());
    }

    @Override
    public boolean ended() {
        return !cache.getStatus().allowInvocations();
    }

    /** What throws before there is anything to wait for is no answer either. */
    private static <T> @Nullable T await(Supplier<CompletableFuture<T>> question, Duration patience) throws Away {
        try {
            return question.get().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw new Away("no answer from the cluster", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Away("interrupted", e);
        }
    }
}
