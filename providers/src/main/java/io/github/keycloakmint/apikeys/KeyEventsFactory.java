package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Capability;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** In every realm, whatever listeners its admin has chosen. */
public final class KeyEventsFactory implements EventListenerProviderFactory {

    private Optional<ApiKeysCapability> capability = Optional.empty();

    @Override
    public EventListenerProvider create(KeycloakSession session) {
        return new KeyEvents(session, capability.orElseThrow().node());
    }

    @Override
    public void init(Config.Scope config) {
        // no options
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        capability =
                Optional.of((ApiKeysCapability) factory.getProviderFactory(Capability.class, ApiKeysCapability.ID));
    }

    @Override
    public void close() {
        // nothing to close
    }

    @Override
    public boolean isGlobal() {
        return true;
    }

    @Override
    public String getId() {
        return "mint-api-keys";
    }
}
