package io.github.keycloakmint.apikeys;

import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;

/**
 * Forgets what owners of keys have when an admin changed something that it may hang on: roles of groups, composites and
 * clients' attributes are changed without an event of the model.
 */
final class KeyEvents implements EventListenerProvider {

    private final KeycloakSession session;
    private final KeysOfNode node;

    KeyEvents(KeycloakSession session, KeysOfNode node) {
        this.session = session;
        this.node = node;
    }

    @Override
    public void onEvent(Event event) {
        // none of a user's is about roles
    }

    /** Users are asked for at every use, and come by the thousand. */
    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        if (event.getResourceType() != ResourceType.USER && event.getRealmId() != null) {
            node.standingsChange(session, event.getRealmId());
        }
    }

    @Override
    public void close() {
        // holds nothing
    }
}
