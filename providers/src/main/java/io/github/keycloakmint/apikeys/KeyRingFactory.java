package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Capability;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.caller.ApiKeysFactory;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;

/** Puts the keys behind the kernel's interface, and keeps what this node has of them in memory. */
public final class KeyRingFactory implements ApiKeysFactory {

    private Optional<ApiKeysCapability> capability = Optional.empty();
    private Optional<KeyUsesFlush> flush = Optional.empty();

    @Override
    public ApiKeys create(KeycloakSession session) {
        return capability
                .filter(ApiKeysCapability::active)
                .<ApiKeys>map(found -> new KeyRing(session, found.node()))
                .orElse(ApiKeys.NO_KEYS);
    }

    @Override
    public void init(Config.Scope config) {
        // the capability's own options hold
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        ApiKeysCapability found =
                (ApiKeysCapability) factory.getProviderFactory(Capability.class, ApiKeysCapability.ID);
        capability = Optional.of(found);
        KeyUsesFlush writing = new KeyUsesFlush(factory, found.node().uses());
        flush = Optional.of(writing);
        new KeyRemoval(found.node()).watch(factory);
        KeyPurge purge = new KeyPurge(factory, found.settings(), found.node());
        factory.register(event -> {
            // not before: the tables may not be there yet
            if (event instanceof PostMigrationEvent) {
                writing.schedule(found.settings().flushInterval());
                purge.schedule();
            }
        });
    }

    /** So that the last uses are written while there is a database to write them to. */
    @Override
    public Set<Class<? extends Provider>> dependsOn() {
        return Set.of(JpaConnectionProvider.class);
    }

    @Override
    public void close() {
        flush.ifPresent(KeyUsesFlush::stop);
    }

    @Override
    public String getId() {
        return "mint";
    }
}
