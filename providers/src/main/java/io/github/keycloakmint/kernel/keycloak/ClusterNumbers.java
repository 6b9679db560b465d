package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.limits.SharedNumbers;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.Configuration;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.manager.EmbeddedCacheManager;
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

    private final Cache<String, Long> cache;
    private final Duration patience;

    private ClusterNumbers(Cache<String, Long> cache, Duration patience) {
        this.cache = cache;
        this.patience = patience;
    }

    /**
     * Joins the cache, which waits for the other nodes that have it.
     *
     * @param most numbers at once
     * @param patience how long a caller is kept waiting for one
     */
    public static ClusterNumbers join(KeycloakSessionFactory factory, String name, long most, Duration patience)
            throws Away {
        try {
            EmbeddedCacheManager manager =
                    KeycloakModelUtils.runJobInTransactionWithResult(factory, ClusterNumbers::manager);
            if (manager.getCacheConfiguration(name) == null) {
                manager.defineConfiguration(name, configuration(manager, most, patience));
            }
            return new ClusterNumbers(manager.getCache(name), patience);
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

    private static Configuration configuration(EmbeddedCacheManager manager, long most, Duration patience) {
        ConfigurationBuilder builder = new ConfigurationBuilder();
        builder.memory().maxCount(most);
        if (manager.getCacheManagerConfiguration().isClustered()) {
            builder.clustering()
                    .cacheMode(CacheMode.DIST_SYNC)
                    .remoteTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .hash()
                    .numOwners(2);
        }
        return builder.build();
    }

    @Override
    public Optional<Long> get(String key) throws Away {
        return Optional.ofNullable(await(cache.getAsync(key)));
    }

    @Override
    public boolean swap(String key, Optional<Long> from, long to, Duration life) throws Away {
        return from.isPresent()
                ? Boolean.TRUE.equals(await(
                        cache.replaceAsync(key, from.get(), to, Math.max(1, life.toMillis()), TimeUnit.MILLISECONDS)))
                : await(cache.putIfAbsentAsync(key, to, Math.max(1, life.toMillis()), TimeUnit.MILLISECONDS)) == null;
    }

    private <T> @Nullable T await(CompletableFuture<T> answer) throws Away {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw new Away("no answer from the cluster", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Away("interrupted", e);
        }
    }
}
