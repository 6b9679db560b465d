package io.github.keycloakmint.kernel.keycloak;

import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * An event builder that sends nothing. Keycloak's client authentication stores an error event at once and in its own
 * transaction; an unauthenticated call must write no database event (T11), and each call has one record of its own.
 */
final class QuietEvents extends EventBuilder {

    QuietEvents(RealmModel realm, KeycloakSession session) {
        super(realm, session);
    }

    @Override
    public void success() {
        // the call's own record says it
    }

    @Override
    public void error(String error) {
        // the call's own record says it
    }

    @Override
    @SuppressWarnings("MissingSuperCall") // the super type's copy would send again
    public EventBuilder clone() {
        return this;
    }
}
