package io.github.keycloakmint.ratelimit;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.CapabilityFactory;
import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.http.Area;
import io.github.keycloakmint.kernel.http.Endpoint;
import io.github.keycloakmint.kernel.keycloak.ClusterNumbers;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.LimiterFactory;
import io.github.keycloakmint.kernel.limits.LimiterSpi;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;

/** Plugs the limiter in. Its options are described in {@link LimitSettings}. */
public final class RatelimitFactory implements LimiterFactory {

    static final String ID = "ratelimit";

    private static final String CACHE = "mint-limits";

    private Optional<Options> options = Optional.empty();
    private Optional<Limiter> limiter = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        options = Optional.of(new Options(LimiterSpi.NAME, ID, config));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // not before: all endpoints have to be known
        LimitSettings set = LimitSettings.of(options.orElseThrow(), endpoints(factory));
        Counter node = new NodeCounter(set.buckets(), TimeMeter.SYSTEM_NANOTIME);
        Counter counter = set.shared() ? shared(factory, set, node) : node;
        limiter = Optional.of(new JudgeCalls(set, counter, new Reports(Ticker.systemTicker())));
    }

    /** Those that ask; administrators' endpoints do not. */
    private static Set<String> endpoints(KeycloakSessionFactory factory) {
        return factory.getProviderFactoriesStream(Capability.class)
                .map(CapabilityFactory.class::cast)
                .flatMap(capability -> capability.endpoints().stream())
                .filter(endpoint -> endpoint.area() != Area.ADMIN)
                .map(Endpoint::capability)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Counter shared(KeycloakSessionFactory factory, LimitSettings set, Counter node) {
        LongSupplier clock = () -> TimeUnit.MILLISECONDS.toNanos(Time.currentTimeMillis());
        // all nodes' buckets of all kinds lie there, but only for as long as they are not full again
        long most = 2L * set.buckets();
        SharedStore store =
                new SharedStore(() -> ClusterNumbers.join(factory, CACHE, most, set.patience()), set.closed(), clock);
        factory.register(event -> {
            // not before: the server's caches may not be there yet
            if (event instanceof PostMigrationEvent) {
                store.prepare();
            }
        });
        return new SharedCounter(store, node, set.buckets(), clock);
    }

    @Override
    public Limiter create(KeycloakSession session) {
        return limiter.orElseThrow();
    }

    @Override
    public void close() {
        // holds nothing that needs closing
    }

    @Override
    public String getId() {
        return ID;
    }
}
