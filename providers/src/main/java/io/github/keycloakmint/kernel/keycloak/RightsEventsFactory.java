package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.PlainFactory;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;

/** In every realm, whatever listeners its admin has chosen. */
public final class RightsEventsFactory implements EventListenerProviderFactory, PlainFactory<EventListenerProvider> {

    @Override
    public EventListenerProvider create(KeycloakSession session) {
        return new RightsEvents(session);
    }

    @Override
    public boolean isGlobal() {
        return true;
    }

    @Override
    public String getId() {
        return "mint-rights";
    }
}
