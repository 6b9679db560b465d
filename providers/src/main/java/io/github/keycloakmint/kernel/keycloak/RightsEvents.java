package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;

/**
 * Tells {@link RightsChanges} what an admin changed without an event of the model: roles of groups, composites and clients'
 * attributes.
 */
final class RightsEvents implements EventListenerProvider {

    private final KeycloakSession session;

    RightsEvents(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public void onEvent(Event event) {
        // none of a user's is about roles
    }

    /** Users are asked for at every use, and come by the thousand. */
    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        if (event.getResourceType() != ResourceType.USER && event.getRealmId() != null) {
            RightsChanges.after(session, event.getRealmId());
        }
    }

    @Override
    public void close() {
        // holds nothing
    }
}
