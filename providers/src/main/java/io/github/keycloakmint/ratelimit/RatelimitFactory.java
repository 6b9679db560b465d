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
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;

/** Plugs the limiter in. Its options are described in {@link LimitSettings}. */
public final class RatelimitFactory implements LimiterFactory {

    static final String ID = "ratelimit";

    private static final String CACHE = "mint-limits";

    private Optional<Options> options = Optional.empty();
    private Optional<Limiter> limiter = Optional.empty();
    private Optional<JoinStore> join = Optional.empty();

    @Override
    public void init(Config.Scope config) {
        options = Optional.of(new Options(LimiterSpi.NAME, ID, config));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // not before: all endpoints have to be known
        LimitSettings set = LimitSettings.of(options.orElseThrow(), endpoints(factory));
        Counter counter =
                set.shared() ? shared(factory, set) : new NodeCounter(set.buckets(), TimeMeter.SYSTEM_NANOTIME);
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

    private Counter shared(KeycloakSessionFactory factory, LimitSettings set) {
        Clocks clocks = Clocks.system();
        // a node may come to hold all numbers of all kinds, its own and the other nodes'
        long most = (long) set.buckets() * Limiter.Kind.values().length;
        SharedStore store = new SharedStore(set.closed(), set.patience(), clocks.ticker());
        JoinStore joining = new JoinStore(store, () -> ClusterNumbers.join(factory, CACHE, most));
        join = Optional.of(joining);
        factory.register(event -> {
            // not before: the server's caches may not be there yet
            if (event instanceof PostMigrationEvent) {
                joining.start();
            }
        });
        return new SharedCounter(store, set.buckets(), clocks);
    }

    @Override
    public Limiter create(KeycloakSession session) {
        return limiter.orElseThrow();
    }

    @Override
    public void close() {
        join.ifPresent(JoinStore::stop);
    }

    @Override
    public String getId() {
        return ID;
    }
}
